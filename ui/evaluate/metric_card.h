#pragma once

#include <span>

#include "ui/widgets/card.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

/// As a tooltip whose lines break; never read as markup.
QString wrapped(const QString &text);

/// One figure, large, with its interval, what knowing nothing gets, and its meaning as a tooltip.
class MetricCard : public Card {
    Q_OBJECT
public:
    enum class Better { Yes, No, Unknown };

    MetricCard();

    /// `secondary` mutes it beside the others.
    void setFigure(const QString &name, const QString &help, bool secondary);
    void setValue(const QString &value, const QString &interval, const QString &comparison, Better better);

private:
    static TextLabel *label(TextRole role, TextLabel::Tone tone) { return new TextLabel({}, int(role), tone); }

    TextLabel *m_name = label(TextRole::Caption, TextLabel::Tone::Muted);
    TextLabel *m_value = label(TextRole::BigNumber, TextLabel::Tone::Normal);
    TextLabel *m_interval = label(TextRole::Caption, TextLabel::Tone::Muted);
    TextLabel *m_comparison = label(TextRole::Caption, TextLabel::Tone::Muted);
};

/// New cards side by side as all that `row` holds, in two lines where it is narrow.
void fillWithCards(QWidget &row, std::span<MetricCard *> cards);

}  // namespace dank::ui
