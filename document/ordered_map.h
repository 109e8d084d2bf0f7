#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asbench::document {

/// Names and values in the order in which they were added, as the keys of a JSON object stand in a
/// document. Few entries: looking one up reads them in order.
template <class T>
class OrderedMap {
 public:
  using key_type = std::string;
  using mapped_type = T;
  using value_type = std::pair<std::string, T>;
  using iterator = typename std::vector<value_type>::iterator;
  using const_iterator = typename std::vector<value_type>::const_iterator;

  OrderedMap() = default;
  /// Of several entries with one name the first counts.
  OrderedMap(std::initializer_list<value_type> entries) {
    for (const auto& [name, value] : entries) emplace(name, value);
  }

  [[nodiscard]] iterator begin() { return entries_.begin(); }
  [[nodiscard]] iterator end() { return entries_.end(); }
  [[nodiscard]] const_iterator begin() const { return entries_.begin(); }
  [[nodiscard]] const_iterator end() const { return entries_.end(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  [[nodiscard]] iterator find(std::string_view name) {
    return std::find_if(begin(), end(), [&](const auto& entry) { return entry.first == name; });
  }
  [[nodiscard]] const_iterator find(std::string_view name) const {
    return std::find_if(begin(), end(), [&](const auto& entry) { return entry.first == name; });
  }
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != end(); }
  [[nodiscard]] std::size_t count(std::string_view name) const { return contains(name) ? 1 : 0; }
  /// @throws std::out_of_range when there is no such name.
  [[nodiscard]] const T& at(std::string_view name) const {
    const auto found = find(name);
    if (found == end()) throw std::out_of_range("no entry " + std::string(name));
    return found->second;
  }
  [[nodiscard]] T& at(std::string_view name) {
    return const_cast<T&>(std::as_const(*this).at(name));
  }
  /// Adds an empty value at the end when there is no such name.
  T& operator[](std::string_view name) { return emplace(name, T()).first->second; }
  /// Keeps what is there, as std::map does.
  std::pair<iterator, bool> emplace(std::string_view name, T value) {
    if (const auto found = find(name); found != end()) return {found, false};
    entries_.emplace_back(std::string(name), std::move(value));
    return {std::prev(end()), true};
  }

  bool operator==(const OrderedMap&) const = default;

 private:
  std::vector<value_type> entries_;
};

}  // namespace asbench::document
