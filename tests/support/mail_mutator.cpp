// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/mail_mutator.h"

#include <algorithm>

namespace yestermail::test {
namespace {

constexpr const char* kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string MailMutator::next() {
  if (below(200) == 0) files_.clear();
  auto mail = make_mail(0);
  const auto edits = below(4) == 0 ? 0 : 1 + below(6);
  for (std::size_t i = 0; i < edits; ++i) mutate(mail);
  last_ = mail;
  return mail;
}

std::string MailMutator::make_bytes() {
  if (!files_.empty() && below(3) > 0) {
    auto& file = files_[below(files_.size())];
    if (below(3) == 0 && !file.empty()) file.insert(below(file.size()), std::string(1 + below(40), 'e'));
    return file;
  }
  const std::size_t sizes[] = {0, 1, 2, 3, 56, 57, 58, 300, 600, 3000, 4095, 4096, 9000, 40'000, 130'000};
  std::string bytes(sizes[below(std::size(sizes))] + below(4), ' ');
  const bool text = below(2) == 0;
  for (auto& c : bytes) c = static_cast<char>(text ? 'a' + below(20) : below(256));
  files_.push_back(bytes);
  return bytes;
}

std::string MailMutator::base64(const std::string& bytes, std::size_t line, const std::string& end) {
  std::string text;
  std::string coded;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t j) { return j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U; };
    const auto bits = at(i) << 16U | at(i + 1) << 8U | at(i + 2);
    coded += kAlphabet[bits >> 18U];
    coded += kAlphabet[bits >> 12U & 63U];
    coded += i + 1 < bytes.size() ? kAlphabet[bits >> 6U & 63U] : '=';
    coded += i + 2 < bytes.size() ? kAlphabet[bits & 63U] : '=';
  }
  for (std::size_t i = 0; i < coded.size(); i += line) text += coded.substr(i, line) + end;
  if (below(6) == 0 && text.size() >= end.size()) text.resize(text.size() - end.size());
  return text;
}

std::string MailMutator::make_part(int depth) {
  const std::string end = below(4) == 0 ? "\r\n" : "\n";
  if (depth < 4 && below(6) == 0) return "Content-Type: message/rfc822" + end + end + make_mail(depth + 1);
  if (below(3) == 0) {
    std::string text = "Content-Type: text/plain" + end + end;
    for (auto lines = below(400); lines > 0; --lines)
      text += std::string(below(90), static_cast<char>('a' + below(26))) + end;
    return text;
  }
  const std::size_t lines[] = {76, 76, 72, 60, 64, 20, 4, 77, 1000, 1004};
  return "Content-Type: image/png" + end + "Content-Transfer-Encoding: base64" + end + end +
         base64(make_bytes(), lines[below(std::size(lines))], end);
}

std::string MailMutator::make_mail(int depth) {
  const std::string end = below(4) == 0 ? "\r\n" : "\n";
  const auto boundary = "=_" + std::to_string(below(50));
  auto mail = "Received: by x" + std::to_string(random_()) + end + "Subject: s" + end;
  if (below(4) == 0) return mail + make_part(depth);
  mail += "Content-Type: multipart/mixed;" + end + " boundary=\"" + boundary + "\"" + end + end;
  for (auto parts = below(4); parts > 0; --parts) mail += "--" + boundary + end + make_part(depth + 1) + end;
  return mail + "--" + boundary + "--" + end;
}

void MailMutator::mutate(std::string& mail) {
  const auto at = below(mail.size() + 1);
  switch (below(9)) {
    case 0: mail.resize(at); break;
    case 1:
      if (at < mail.size()) mail[at] = static_cast<char>(below(256));
      break;
    case 2: mail.erase(at, 1 + below(100)); break;
    case 3: mail.insert(at, below(2) == 0 ? "\r" : "\n"); break;
    case 4: mail.insert(at, std::string(1 + below(80), "A=\0\n-"[below(5)])); break;
    case 5: mail.insert(at, last_.substr(below(last_.size() + 1), below(5000))); break;
    case 6: mail += mail.substr(at, 1 + below(3000)); break;
    case 7: std::replace(mail.begin() + static_cast<std::ptrdiff_t>(at), mail.end(), '\n', ' '); break;
    default: {  // Some lines in another order.
      const auto middle = std::min(mail.find('\n', at), mail.size());
      const auto last = std::min(mail.find('\n', std::min(middle + 1 + below(500), mail.size())), mail.size());
      std::rotate(mail.begin() + static_cast<std::ptrdiff_t>(at), mail.begin() + static_cast<std::ptrdiff_t>(middle),
                  mail.begin() + static_cast<std::ptrdiff_t>(last));
    }
  }
}

}  // namespace yestermail::test
