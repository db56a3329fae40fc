#include "ui/evaluate/evaluate_layout.h"

#include <QGridLayout>
#include <QResizeEvent>

namespace dank::ui {

FoldingRow::FoldingRow(const QList<Part> &parts, int least, int folded, QWidget *parent)
    : QWidget(parent), m_parts(parts), m_least(least), m_folded(folded), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(14);
    place(m_folded);
    // Wider than the window now: it folds then.
    setMinimumWidth(160);
}

void FoldingRow::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    place(event->size().width() < m_least ? m_folded : int(m_parts.size()));
}

void FoldingRow::place(int columns)
{
    if (columns == m_columns)
        return;
    for (int column = 0; column < m_columns; ++column)
        m_grid->setColumnStretch(column, 0);
    m_columns = columns;
    const bool folded = columns < int(m_parts.size());
    for (int i = 0; i < int(m_parts.size()); ++i) {
        m_grid->removeWidget(m_parts[i].widget);
        m_grid->addWidget(m_parts[i].widget, i / columns, i % columns);
        if (i < columns)
            m_grid->setColumnStretch(i, folded ? 1 : m_parts[i].stretch);
    }
}

}  // namespace dank::ui
