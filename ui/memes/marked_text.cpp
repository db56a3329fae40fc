#include "ui/memes/marked_text.h"

#include <QGuiApplication>
#include <QPainter>
#include <QTextLayout>

#include <algorithm>

#include "core/base/searched_text.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

/// The layout of one line, which is as wide as it comes.
void lay(QTextLayout &layout, const MarkedText &text, const QColor &mark)
{
    QTextOption option;
    option.setWrapMode(QTextOption::NoWrap);
    layout.setTextOption(option);
    QList<QTextLayout::FormatRange> formats;
    for (const MarkedText::Span &span : text.marks) {
        QTextLayout::FormatRange range;
        range.start = span.begin;
        range.length = span.length;
        range.format.setFontWeight(QFont::Bold);
        range.format.setForeground(mark);
        formats << range;
    }
    layout.setFormats(formats);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    line.setLineWidth(1e6);
    layout.endLayout();
}

/// Its first `length` characters and an ellipsis.
MarkedText cut(const MarkedText &whole, int length)
{
    if (length > 0 && whole.text[length - 1].isHighSurrogate())
        --length;
    MarkedText part{whole.text.left(length) + QChar(0x2026), {}};
    for (const MarkedText::Span &span : whole.marks)
        if (span.begin < length)
            part.marks.push_back({span.begin, std::min(span.length, length - span.begin)});
    return part;
}

qreal widthOf(const MarkedText &text, const QFont &font)
{
    QTextLayout layout(text.text, font);
    lay(layout, text, {});
    return layout.lineAt(0).naturalTextWidth();
}

}  // namespace

QString MarkedText::spoken() const
{
    QString said;
    int at = 0;
    for (const Span &span : marks) {
        said += text.mid(at, span.begin - at) + QChar(0xab) + text.mid(span.begin, span.length) + QChar(0xbb);
        at = span.begin + span.length;
    }
    return said + text.mid(at);
}

MarkedText markWords(const QString &line, const std::vector<std::string> &words, int shown)
{
    const QByteArray bytes = line.toUtf8();
    const std::string_view utf8(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    MarkedText marked{line, {}};
    qsizetype at = 0, before = 0;  // bytes, and the characters that they are
    const auto characters = [&](std::size_t byte) {
        before += QString::fromUtf8(bytes.constData() + at, static_cast<qsizetype>(byte) - at).size();
        at = static_cast<qsizetype>(byte);
        return static_cast<int>(before);
    };
    for (const TextSpan &place : placesOf(words, utf8)) {
        const int begin = characters(place.begin);
        marked.marks.push_back({begin, characters(place.end) - begin});
    }
    if (marked.marks.empty() || marked.marks.front().begin + marked.marks.front().length <= shown)
        return marked;
    int from = std::max(0, marked.marks.front().begin - shown / 3);
    if (from > 0 && line[from].isLowSurrogate())
        --from;
    if (from == 0)
        return marked;
    marked.text = QChar(0x2026) + line.mid(from);
    for (MarkedText::Span &span : marked.marks)
        span.begin -= from - 1;
    return marked;
}

void drawMarked(QPainter &painter, const QRect &line, const MarkedText &text, const QColor &colour,
                const QPalette &palette)
{
    const QFont font = painter.font();
    MarkedText shown = text.text.size() > 500 ? cut(text, 500) : text;
    if (widthOf(shown, font) > line.width()) {
        int fits = 0, tooLong = static_cast<int>(shown.text.size());
        while (tooLong - fits > 1) {
            const int middle = (fits + tooLong) / 2;
            (widthOf(cut(shown, middle), font) <= line.width() ? fits : tooLong) = middle;
        }
        shown = cut(shown, fits);
    }
    QTextLayout layout(shown.text, font);
    lay(layout, shown, tokensFor(palette).accent);
    const qreal width = layout.lineAt(0).naturalTextWidth();
    // Text of either direction begins where the window's does.
    const bool mirrored = painter.layoutDirection() == Qt::RightToLeft
                          || (painter.layoutDirection() == Qt::LayoutDirectionAuto && QGuiApplication::isRightToLeft());
    painter.save();
    painter.setClipRect(line);
    painter.setPen(colour);
    layout.draw(&painter, QPointF(mirrored ? line.right() - width : line.left(),
                                  line.center().y() - layout.lineAt(0).height() / 2 + 0.5));
    painter.restore();
}

}  // namespace dank::ui
