#pragma once

#include <QString>

namespace dank::ui {

/// A rough wait in words: "a few seconds", "about 15 s", "about 3 min", "about 2 h".
QString aboutDuration(double seconds);

/// A size with its unit, in powers of ten as addresses and shops count: "950 kB", "109 MB", "1.2 GB".
QString bytesText(quint64 bytes);

/// "41 of 109 MB": both in the unit of the whole. `total` 0: unknown, "41 MB".
QString bytesOfText(quint64 done, quint64 total);

/// Data as the text of a menu entry or a button: one line, at most `longest` characters, "&" kept as it is.
QString menuText(const QString &data, int longest = 60);

/// A whole number grouped as the user's locale does it: "1,898".
QString groupedNumber(qint64 value);

/// "1 image", "12 images", grouped by the locale.
QString countOf(qint64 count, const QString &singular, const QString &plural);

/// A message with data in it as a tooltip that is never read as HTML.
QString plainToolTip(const QString &text);

}  // namespace dank::ui
