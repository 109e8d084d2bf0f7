#include "reports/file_names.h"

namespace asbench::reports {

std::string file_name_of(const std::string& name) {
  std::string plain_name;
  for (const char c : name.substr(0, 80)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    plain_name += plain ? c : '-';
  }
  return plain_name.empty() || plain_name.front() == '.' ? "_" + plain_name : plain_name;
}

}  // namespace asbench::reports
