#include "ui/widgets/set_up.h"

#include <QHeaderView>
#include <QMenu>
#include <QStyle>

#include <algorithm>

namespace dank::ui {

void setUpTable(QTableView &table, const QString &name, int rowHeight)
{
    table.setAccessibleName(name);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setShowGrid(false);
    table.setWordWrap(false);
    table.setFrameShape(QFrame::NoFrame);
    table.setTabKeyNavigation(false);
    table.verticalHeader()->hide();
    table.verticalHeader()->setDefaultSectionSize(rowHeight);
    table.horizontalHeader()->setHighlightSections(false);
}

TextLabel *paragraph(const QString &text, QWidget *parent, TextRole role, TextLabel::Tone tone)
{
    auto *label = new TextLabel(text, static_cast<int>(role), tone, parent);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignLeading | Qt::AlignTop);
    return label;
}

void addWidgets(QBoxLayout &layout, std::initializer_list<QWidget *> widgets)
{
    for (QWidget *widget : widgets)
        layout.addWidget(widget);
}

QToolButton *menuButton(QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setProperty("button", true);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setMenu(new QMenu(button));
    return button;
}

void setUpWall(QListView &view)
{
    view.setViewMode(QListView::IconMode);
    view.setMovement(QListView::Static);
    view.setResizeMode(QListView::Adjust);
    view.setUniformItemSizes(true);
    view.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view.setFrameShape(QFrame::NoFrame);
}

QProgressBar *newBar(const QString &name, QWidget *parent)
{
    auto *bar = new QProgressBar(parent);
    bar->setTextVisible(false);
    bar->setAccessibleName(name);
    return bar;
}

void showProgress(QProgressBar &bar, std::size_t done, std::size_t total)
{
    constexpr int kSteps = 1000;
    bar.setRange(0, total > 0 ? kSteps : 0);
    bar.setValue(
        total > 0 ? static_cast<int>(kSteps * static_cast<double>(std::min(done, total)) / static_cast<double>(total))
                  : 0);
}

bool setFlag(QWidget &widget, const char *name, bool on)
{
    if (widget.property(name).toBool() == on)
        return false;
    widget.setProperty(name, on);
    widget.style()->unpolish(&widget);
    widget.style()->polish(&widget);
    return true;
}

}  // namespace dank::ui
