#include "ui/evaluate/metric_card.h"

#include "ui/evaluate/evaluate_layout.h"
#include "ui/widgets/set_up.h"

namespace dank::ui {

QString wrapped(const QString &text)
{
    return QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped().replace(QLatin1Char('\n'), QLatin1String("<br>")));
}

MetricCard::MetricCard() : Card({}, nullptr)
{
    body()->setSpacing(2);
    addWidgets(*body(), {m_name, m_value, m_interval, m_comparison});
    for (TextLabel *label : {m_name, m_interval, m_comparison})
        label->setElided(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void MetricCard::setFigure(const QString &name, const QString &help, bool secondary)
{
    m_name->setText(name);
    m_value->setTone(secondary ? TextLabel::Tone::Muted : TextLabel::Tone::Normal);
    setToolTip(wrapped(help));
    setWhatsThis(wrapped(help));
    setAccessibleName(name);
}

void MetricCard::setValue(const QString &value, const QString &interval, const QString &comparison, Better better)
{
    m_value->setText(value);
    m_interval->setText(interval);
    // The sign says what the colour says.
    m_comparison->setText(better == Better::Yes  ? tr("✓ %1").arg(comparison)
                          : better == Better::No ? tr("✗ %1").arg(comparison)
                                                 : comparison);
    m_comparison->setTone(better == Better::Yes  ? TextLabel::Tone::Ok
                          : better == Better::No ? TextLabel::Tone::Bad
                                                 : TextLabel::Tone::Muted);
    setAccessibleDescription(tr("%1; %2; %3").arg(value, interval, comparison));
}

void fillWithCards(QWidget &row, std::span<MetricCard *> cards)
{
    QList<FoldingRow::Part> parts;
    for (MetricCard *&card : cards) {
        card = new MetricCard;
        parts.append({card});
    }
    newBox<QVBoxLayout>(0, &row)->addWidget(new FoldingRow(parts, 800, 2, &row));
}

}  // namespace dank::ui
