#pragma once

#include <QBoxLayout>
#include <QListView>
#include <QProgressBar>
#include <QTableView>

#include <utility>

#include "ui/widgets/card.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

/// A table to look at: no grid, frame, row names or wrapped words; Tab leaves it.
void setUpTable(QTableView &table, const QString &name, int rowHeight);

/// A label whose text wraps, muted and small unless said otherwise.
TextLabel *paragraph(const QString &text, QWidget *parent, TextRole role = TextRole::Caption,
                     TextLabel::Tone tone = TextLabel::Tone::Muted);

/// A layout on a widget, or to be put into another.
template <typename Box>
Box *newBox(int spacing, QWidget *on = nullptr, const QMargins &margins = {})
{
    auto *box = new Box(on);
    box->setContentsMargins(margins);
    box->setSpacing(spacing);
    return box;
}

/// Adds them one after the other, none of them stretched.
void addWidgets(QBoxLayout &layout, std::initializer_list<QWidget *> widgets);

/// A button that opens its menu.
QToolButton *menuButton(QWidget *parent);

/// A wall of pictures, all of one size, as many beside each other as fit.
void setUpWall(QListView &view);

/// A bar without words on it.
QProgressBar *newBar(const QString &name, QWidget *parent = nullptr);
/// In thousandths; a `total` of 0 is unknown, and the bar moves.
void showProgress(QProgressBar &bar, std::size_t done, std::size_t total);

/// Sets a property that the style sheet looks at. Returns whether it was another before.
bool setFlag(QWidget &widget, const char *name, bool on);

/// Opens a dialog that goes away by itself.
template <typename Dialog, typename... Arguments>
Dialog *openDialog(Arguments &&...arguments)
{
    auto *dialog = new Dialog(std::forward<Arguments>(arguments)...);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
    return dialog;
}

}  // namespace dank::ui
