#pragma once

#include <QByteArray>
#include <QString>

#include <filesystem>

namespace dank::ui {

/// A path as text that toPath() makes the very same path of. A byte that is no UTF-8 is the lone surrogate U+DC00 plus
/// the byte, as in Python's file names; a font shows it as a missing sign.
QString toQString(const std::filesystem::path &path);
std::filesystem::path toPath(const QString &text);

}  // namespace dank::ui
