// SPDX-License-Identifier: Apache-2.0
// Which energy contains which, and which scopes add up to a total without counting any twice.
#pragma once

#include <span>
#include <string_view>

#include "joulemark/sensor.h"

namespace joulemark::sensors {

/// Why a scope is in the total or not.
enum class Role {
  kCounted,    ///< part of the total
  kContained,  ///< its energy is in that of a counted scope
  kContainer,  ///< its energy includes counted scopes, and more that nobody can name
  kDuplicate,  ///< a second way to read a counted scope
  kUnknown     ///< nobody knows what it covers
};

/// Whether all energy of `inner` is energy of `outer` too. A domain of one socket contains only
/// domains of the same socket; of a die, only of that die.
bool contains(const ScopeInfo& outer, const ScopeInfo& inner);

/// The role of a scope beside `others`, which are counted or would be. Parts are counted, and what
/// contains several of them (psys, the node) only where there are none: parts say more, and what a
/// platform's own counter includes is different on every one. `scope` is not among `others`.
Role role_beside(const ScopeInfo& scope, std::span<const ScopeInfo> others);

/// Whether a scope is at the plug, by its name: "wall", "wall-1". Where somebody has put meters
/// there the total is theirs: they cover everything, and parts are not added to them.
bool is_at_plug(std::string_view scope);

}  // namespace joulemark::sensors
