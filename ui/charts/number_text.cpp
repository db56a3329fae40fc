#include "ui/charts/number_text.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <cmath>

namespace dank::ui {

namespace {

/// "-0.00" says nothing that "0.00" does not.
QString withoutSignedZero(QString text)
{
    const bool zero = text.startsWith(QLatin1Char('-'))
                      && std::none_of(text.cbegin(), text.cend(), [](QChar c) { return c >= u'1' && c <= u'9'; });
    return zero && text.size() > 1 && text[1].isDigit() ? text.mid(1) : text;
}

}  // namespace

QString compactNumber(double value)
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    struct Unit {
        double size;
        const char *suffix;
    };
    static constexpr std::array<Unit, 3> kUnits{{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
    for (const auto &unit : kUnits) {
        // 999,950 and up would round to "1000k": that is 1M already.
        if (std::abs(value) >= unit.size * 0.99995) {
            const double scaled = value / unit.size;
            const int decimals = std::abs(scaled) < 99.95 ? 1 : 0;
            QString text = QString::number(scaled, 'f', decimals);
            if (text.endsWith(QLatin1String(".0")))
                text.chop(2);
            return text + QLatin1String(unit.suffix);
        }
    }
    if (value == std::floor(value) || std::abs(value) >= 100)
        return fixedNumber(value, 0);
    return QString::number(value, 'g', 3);
}

QString lossText(double value, int digits)
{
    if (std::isnan(value))
        return QStringLiteral("not a number");
    if (std::isinf(value))
        return QStringLiteral("infinite");
    QString text = withoutSignedZero(QString::number(value, 'g', digits));
    // 1e+08 → 1e8, 1e-05 → 1e-5
    static const QRegularExpression exponent(QStringLiteral("e([+-])0*(\\d+)$"));
    const auto match = exponent.match(text);
    if (match.hasMatch()) {
        const QString sign = match.captured(1) == QLatin1String("-") ? QStringLiteral("-") : QString();
        text = text.left(match.capturedStart()) + QLatin1Char('e') + sign + match.captured(2);
    }
    return text;
}

QString danknessText(double value)
{
    return std::abs(value) < 100 ? fixedNumber(value, 2) : lossText(value, 2);
}

QString fixedNumber(double value, int decimals)
{
    return withoutSignedZero(QString::number(value, 'f', decimals));
}

QString exactNumber(double value)
{
    return std::isfinite(value) ? QString::number(value, 'g', QLocale::FloatingPointShortest) : QString();
}

QString exactNumber(const std::optional<double> &value)
{
    return value ? exactNumber(*value) : QString();
}

}  // namespace dank::ui
