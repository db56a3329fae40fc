#include "ui/widgets/text_format.h"

#include <QLocale>
#include <QTextDocument>

#include <cmath>

namespace dank::ui {

QString aboutDuration(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return QStringLiteral("some time");
    if (seconds < 5)
        return QStringLiteral("a few seconds");
    if (seconds < 60)
        return QStringLiteral("about %1 s").arg(seconds < 20 ? std::lround(seconds) : 5 * std::lround(seconds / 5));
    if (seconds < 90 * 60)
        return QStringLiteral("about %1 min").arg(std::lround(seconds / 60));
    return QStringLiteral("about %1 h").arg(std::lround(seconds / 3600));
}

namespace {

struct Unit {
    double size;
    const char *name;
    int decimals;
};

Unit unitFor(quint64 bytes)
{
    if (bytes >= 1'000'000'000)
        return {1e9, "GB", bytes < 10'000'000'000 ? 1 : 0};
    if (bytes >= 1'000'000)
        return {1e6, "MB", bytes < 10'000'000 ? 1 : 0};
    return {1e3, "kB", 0};
}

QString inUnit(quint64 bytes, const Unit &unit)
{
    return QLocale().toString(static_cast<double>(bytes) / unit.size, 'f', unit.decimals);
}

}  // namespace

QString bytesText(quint64 bytes)
{
    const Unit unit = unitFor(bytes);
    return inUnit(bytes, unit) + QChar(0x00A0) + QLatin1String(unit.name);
}

QString bytesOfText(quint64 done, quint64 total)
{
    if (total == 0)
        return bytesText(done);
    return QStringLiteral("%1 of %2").arg(inUnit(done, unitFor(total)), bytesText(total));
}

QString menuText(const QString &data, int longest)
{
    QString text = data.simplified();
    if (text.size() > longest)
        text = text.left(longest / 2 - 1) + QChar(0x2026) + text.right(longest / 2);
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

QString groupedNumber(qint64 value)
{
    return QLocale().toString(value);
}

QString countOf(qint64 count, const QString &singular, const QString &plural)
{
    return QLocale().toString(count) + QLatin1Char(' ') + (count == 1 ? singular : plural);
}

QString plainToolTip(const QString &text)
{
    return text.isEmpty() ? QString() : Qt::convertFromPlainText(text);
}

}  // namespace dank::ui
