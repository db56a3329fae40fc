#pragma once

#include <QString>

#include <string>

#include "core/dataset/dataset.h"

namespace dank::ui {

/// What a person calls a field: "picture" for FeedField::Image.
QString fieldText(FeedField field);
/// The same as a label with its access key; each field has one of its own.
QString fieldLabel(FeedField field);

/// Somebody else's text in one line of at most `longest` characters.
QString shownText(const std::string &text, int longest);

/// How a file was read, in one line: "CSV: picture = url, upvotes = score". Empty for what was not read from a file.
QString readAs(const FeedSource &source);

}  // namespace dank::ui
