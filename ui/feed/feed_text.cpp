#include "ui/feed/feed_text.h"

#include <QCoreApplication>

#include "core/base/file.h"
#include "core/base/text.h"
#include "ui/widgets/file_names.h"

namespace dank::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("FeedText", text);
}

}  // namespace

QString fieldText(FeedField field)
{
    return fieldLabel(field).remove(u'&').toLower();
}

QString fieldLabel(FeedField field)
{
    switch (field) {
    case FeedField::Id: return tr("&Id");
    case FeedField::Image: return tr("&Picture");
    case FeedField::Upvotes: return tr("Up&votes");
    case FeedField::Title: return tr("&Title");
    case FeedField::Author: return tr("&Author");
    case FeedField::Group: return tr("&Group");
    case FeedField::Created: return tr("Ti&me");
    case FeedField::Label: return tr("&Label");
    }
    return {};
}

QString shownText(const std::string &text, int longest)
{
    // Cut first: a text may be as long as a file.
    const std::string_view begin = std::string_view(text).substr(0, 4 * static_cast<std::size_t>(longest) + 4);
    const std::string shown = printable(begin.size() < text.size() ? shortened(sanitizeUtf8(begin), longest)
                                                                   : shortened(sanitizeUtf8(text), longest));
    return QString::fromStdString(shown).simplified();
}

QString readAs(const FeedSource &source)
{
    constexpr int kLongest = 40;
    if (source.layout.empty())
        return {};
    QStringList parts;
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = source.mapping.columns[f]; !column.empty()) {
            const QString field = fieldText(static_cast<FeedField>(f)), name = shownText(column, kLongest);
            parts << (field == name ? field : QStringLiteral("%1 = %2").arg(field, name));
        }
    QString line = QString::fromStdString(source.layout);
    if (!parts.isEmpty())
        line += QStringLiteral(": ") + parts.join(QStringLiteral(", "));
    if (!source.options.images.empty())
        line += tr(" · pictures in %1").arg(QString::fromStdString(displayPath(source.options.images)));
    return line;
}

}  // namespace dank::ui
