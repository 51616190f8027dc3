// SPDX-License-Identifier: Apache-2.0
// The subcommands; each stands in a file of its name.
#pragma once

#include "cli/command_line.h"

namespace joulemark::cli {

Action declare_compare(Arguments& arguments);
Action declare_run(Arguments& arguments);
Action declare_measure(Arguments& arguments);
Action declare_plan(Arguments& arguments);
Action declare_import(Arguments& arguments);
Action declare_export(Arguments& arguments);
Action declare_load(Arguments& arguments);
Action declare_tokenize(Arguments& arguments);
Action declare_fetch(Arguments& arguments);
Action declare_engines(Arguments& arguments);
Action declare_doctor(Arguments& arguments);
Action declare_generate(Arguments& arguments);
Action declare_serve(Arguments& arguments);
Action declare_check(Arguments& arguments);
Action declare_analyze(Arguments& arguments);
Action declare_gate(Arguments& arguments);
Action declare_recommend(Arguments& arguments);
Action declare_report(Arguments& arguments);
Action declare_help(Arguments& arguments);

}  // namespace joulemark::cli
