// SPDX-License-Identifier: Apache-2.0
#include "sensors/containment.h"

#include <algorithm>

namespace joulemark::sensors {
namespace {

/// Domains of the whole machine, the wider the later; 0 for all others.
int width(Domain domain) {
  switch (domain) {
    case Domain::kPsys:
      return 1;
    case Domain::kNode:
      return 2;
    case Domain::kWall:
      return 3;
    default:
      return 0;
  }
}

/// "0" for "0-die-1".
std::string_view socket_of(const ScopeInfo& scope) {
  return std::string_view(scope.device).substr(0, scope.device.find('-'));
}

/// Whether what `inner` belongs to is `outer`'s device, or a part of it.
bool is_of(const ScopeInfo& outer, const ScopeInfo& inner) {
  return outer.device == inner.device || outer.device == socket_of(inner);
}

}  // namespace

bool contains(const ScopeInfo& outer, const ScopeInfo& inner) {
  if (inner.domain == Domain::kOther || outer.domain == Domain::kOther) return false;
  if (width(outer.domain) > 0) {
    // Accelerators have supplies of their own, beside what psys measures.
    const bool beside = outer.domain == Domain::kPsys && inner.domain == Domain::kGpu;
    return width(inner.domain) < width(outer.domain) && !beside;
  }
  if (outer.domain == Domain::kPackage)
    return (inner.domain == Domain::kCore || inner.domain == Domain::kUncore) &&
           is_of(outer, inner);
  // Everything on a module is fed through it; what its processor is called says its device.
  return outer.domain == Domain::kModule && inner.domain != Domain::kModule &&
         width(inner.domain) == 0 && is_of(outer, inner);
}

Role role_beside(const ScopeInfo& scope, std::span<const ScopeInfo> others) {
  if (scope.domain == Domain::kOther) return Role::kUnknown;
  const auto any = [&](auto matches) { return std::any_of(others.begin(), others.end(), matches); };
  if (any([&](const ScopeInfo& other) {
        return other.domain == scope.domain && other.device == scope.device;
      }))
    return Role::kDuplicate;
  if (any([&](const ScopeInfo& other) {
        return width(other.domain) == 0 && contains(other, scope);
      }))
    return Role::kContained;
  if (any([&](const ScopeInfo& other) { return contains(scope, other); }) &&
      width(scope.domain) > 0)
    return Role::kContainer;
  return Role::kCounted;
}

bool is_at_plug(std::string_view scope) {
  return scope == "wall" || scope.starts_with("wall-");
}

}  // namespace joulemark::sensors
