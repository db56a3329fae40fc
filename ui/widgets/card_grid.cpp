#include "ui/widgets/card_grid.h"

#include <QGridLayout>

#include <algorithm>

namespace dank::ui {

namespace {

constexpr int kGap = 14;

}  // namespace

CardGrid::CardGrid(int least, int most, QWidget *parent)
    : QWidget(parent), m_least(least), m_most(most), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    // Narrower than its columns now: it gives some up then.
    setMinimumWidth(least);
    m_grid->setSpacing(kGap);
}

void CardGrid::setCards(const QList<QWidget *> &cards)
{
    for (QWidget *old : std::as_const(m_cards))
        m_grid->removeWidget(old);
    m_cards = cards;
    place(true);
}

void CardGrid::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place(false);
}

void CardGrid::place(bool force)
{
    // No empty column beside the last card.
    const int most = std::clamp(static_cast<int>(m_cards.size()), 1, m_most);
    const int columns = std::clamp((width() + kGap) / (m_least + kGap), 1, most);
    if (columns == m_columns && !force)
        return;
    for (int column = 0; column < std::max(m_columns, columns); ++column)
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    m_columns = columns;
    for (QWidget *card : std::as_const(m_cards))
        m_grid->removeWidget(card);
    for (int i = 0; i < m_cards.size(); ++i)
        m_grid->addWidget(m_cards[i], i / columns, i % columns);
}

}  // namespace dank::ui
