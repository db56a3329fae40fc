#pragma once

#include <QColor>
#include <QString>

#include <string>
#include <vector>

class QPainter;
class QPalette;
class QRect;

namespace dank::ui {

/// A line of text with the places in it that were looked for.
struct MarkedText {
    struct Span {
        int begin = 0, length = 0;  ///< UTF-16, as QString counts
    };

    QString text;
    std::vector<Span> marks;  ///< ascending

    /// With the marks in «», for those who hear it or see no colours.
    QString spoken() const;
};

/// Marks what searchedWords() find in a line. Where the first of it lies beyond `shown` characters, the line begins
/// with "…" shortly before it.
MarkedText markWords(const QString &line, const std::vector<std::string> &words, int shown);

/// Draws it in one line with the painter's font, elided at its right end, the marks bold and in the accent's colour.
void drawMarked(QPainter &painter, const QRect &line, const MarkedText &text, const QColor &colour,
                const QPalette &palette);

}  // namespace dank::ui
