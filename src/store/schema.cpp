// SPDX-License-Identifier: Apache-2.0
// SQL that SQLite and PostgreSQL both take; docs/store.md says what the columns mean.
#include "store/schema.h"

namespace joulemark::store {

const std::vector<std::string>& schema_statements() {
  static const std::vector<std::string> statements = {
      R"sql(
create table joulemark_schema (
  version integer not null
))sql",
      R"sql(
create table experiment (
  id         integer primary key,
  uuid       text not null unique,
  name       text not null,
  created_at double precision not null,
  toml       text not null,
  value      text not null
))sql",
      R"sql(
create table host (
  experiment integer not null references experiment (id),
  host_key   text not null,
  facts      text not null,
  primary key (experiment, host_key)
))sql",
      R"sql(
create table model (
  experiment integer not null references experiment (id),
  name       text not null,
  facts      text not null,
  primary key (experiment, name)
))sql",
      R"sql(
create table experiment_finding (
  experiment integer not null references experiment (id),
  ordinal    integer not null,
  code       text not null,
  severity   text not null,
  message    text not null,
  why        text not null,
  remedy     text not null,
  primary key (experiment, ordinal)
))sql",
      R"sql(
create table trial (
  id                        integer primary key,
  experiment                integer not null references experiment (id),
  block                     integer not null,
  position                  integer not null,
  attempt                   integer not null,
  model                     text not null,
  engine                    text not null,
  provider                  text not null,
  arithmetic                text not null,
  threads                   integer not null,
  batch                     integer not null,
  affinity                  text not null,
  options                   text not null,
  install_engine            text not null,
  install_version           text not null,
  install_plugin            text not null,
  install_library_dir       text not null,
  install_found_by          text not null,
  host_key                  text not null,
  status                    text not null,
  reason                    text not null,
  started_at                double precision,
  iterations                bigint not null,
  calls_per_record          bigint not null,
  steady                    integer not null,
  warmup_iterations         bigint not null,
  cpu_s                     double precision,
  cpu_user_s                double precision,
  cpu_system_s              double precision,
  peak_rss_bytes            bigint,
  load_peak_rss_bytes       bigint,
  minor_faults              bigint,
  major_faults              bigint,
  voluntary_switches        bigint,
  involuntary_switches      bigint,
  agreement_compared        integer not null,
  agreement_agrees          integer,
  agreement_max_abs         double precision,
  agreement_max_rel         double precision,
  agreement_reference       text not null,
  agreement_detail          text not null,
  handover_ns               bigint not null,
  describe_json             text not null,
  effective_json            text not null,
  unique (experiment, block, position, attempt)
))sql",
      R"sql(
create table trial_phase (
  trial    integer not null references trial (id),
  ordinal  integer not null,
  phase    text not null,
  t0_ns    bigint not null,
  t1_ns    bigint not null,
  primary key (trial, ordinal)
))sql",
      R"sql(
create table trial_energy (
  trial         integer not null references trial (id),
  ordinal       integer not null,
  scope         text not null,
  sensor        text not null,
  class         text not null,
  joules        double precision,
  uncertainty_j double precision,
  reason        text not null,
  detail        text not null,
  primary key (trial, ordinal)
))sql",
      R"sql(
create table trial_idle (
  trial integer primary key references trial (id),
  watts double precision not null
))sql",
      R"sql(
create table trial_quality (
  trial   integer primary key references trial (id),
  quality double precision not null
))sql",
      R"sql(
create table trial_estimate (
  trial  integer primary key references trial (id),
  low_j  double precision,
  mid_j  double precision,
  high_j double precision,
  models text not null,
  reason text not null,
  detail text not null
))sql",
      R"sql(
create table trial_window_fact (
  trial  integer not null references trial (id),
  fact   text not null,
  value  double precision,
  reason text not null,
  primary key (trial, fact)
))sql",
      R"sql(
create table trial_phase_energy (
  trial         integer not null references trial (id),
  ordinal       integer not null,
  phase         text not null,
  joules        double precision not null,
  uncertainty_j double precision not null,
  seconds       double precision not null,
  primary key (trial, ordinal)
))sql",
      R"sql(
create table trial_work (
  trial            integer primary key references trial (id),
  flops            double precision not null,
  head_flops       double precision not null,
  weights          double precision not null,
  weight_bytes     double precision not null,
  peak_flops_per_s double precision not null,
  peak_bytes_per_s double precision not null,
  cache_bytes      double precision not null
))sql",
      R"sql(
create table trial_invalid (
  trial   integer not null references trial (id),
  ordinal integer not null,
  code    text not null,
  message text not null,
  primary key (trial, ordinal)
))sql",
      R"sql(
create table idle_bracket (
  experiment    integer not null references experiment (id),
  ordinal       integer not null,
  block         integer not null,
  t0_ns         bigint not null,
  t1_ns         bigint not null,
  started_at    double precision not null,
  host_key      text not null,
  joules        double precision,
  uncertainty_j double precision,
  temperature_c double precision,
  busy          double precision,
  primary key (experiment, ordinal)
))sql",
      R"sql(
create table trial_text (
  trial                 integer primary key references trial (id),
  digest                text not null,
  prompts               bigint not null,
  prompt_tokens         bigint not null,
  new_tokens            bigint not null,
  prefill_prompts       bigint not null,
  prefill_prompt_tokens bigint not null,
  prefill_new_tokens    bigint not null,
  prefill_joules        double precision,
  prefill_uncertainty_j double precision,
  first_token_ns        blob not null,
  inter_token_ns        blob not null
))sql",
      R"sql(
create table trial_data (
  trial        integer primary key references trial (id),
  durations_ns blob not null,
  series       blob not null,
  output_tail  blob not null
))sql",
  };
  return statements;
}

}  // namespace joulemark::store
