// SPDX-License-Identifier: Apache-2.0
#include "http/clients.h"

namespace joulemark::http {

void Clients::add(ConnectedClient* client) {
  const std::lock_guard lock(mutex_);
  clients_.insert(client);
}

void Clients::remove(ConnectedClient* client) {
  const std::lock_guard lock(mutex_);
  clients_.erase(client);
  if (clients_.empty()) none_.notify_all();
}

std::vector<ConnectedClient*> Clients::all() const {
  const std::lock_guard lock(mutex_);
  return {clients_.begin(), clients_.end()};
}

void Clients::cut_late(Moment now) const {
  std::vector<ConnectedClient*> late;
  {
    const std::lock_guard lock(mutex_);
    for (ConnectedClient* client : clients_)
      if (client->deadline() < now) late.push_back(client);
  }
  for (ConnectedClient* client : late) client->cut();
}

std::size_t Clients::count() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

bool Clients::wait_until_none(std::chrono::milliseconds longest) const {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, longest, [this] { return clients_.empty(); });
}

}  // namespace joulemark::http
