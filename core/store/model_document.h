#pragma once

// Internal to core/store: the JSON document inside a model file, read from a stranger. Everything here throws
// Error{Format} with a part of a sentence; loadModel() makes it whole.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/dataset/meme.h"

namespace dank {

using nlohmann::json;

[[noreturn]] void refuse(const std::string &why);
[[noreturn]] void refuseKind(const char *key);

/// Fit for plainText() below.
std::string plain(std::string text);

/// Counts before parsing: a document of tiny values takes many times its size as a tree, and a deep one more.
void checkDocumentSize(const std::string &text);

const json &member(const json &document, const char *key);
std::string text(const json &document, const char *key);
/// Text that ends up in a terminal or a label: no line breaks, no escape codes.
std::string plainText(const json &document, const char *key);
std::int64_t whole(const json &value, const char *key, std::int64_t low, std::int64_t high);
double number(const json &value, const char *key);
std::vector<MemeId> ids(const json &document, const char *key);

}  // namespace dank
