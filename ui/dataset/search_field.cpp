#include "ui/dataset/search_field.h"

#include <QKeyEvent>

namespace dank::ui {

SearchField::SearchField(QWidget *parent) : QLineEdit(parent)
{
    constexpr int kLongest = 1000, kWidth = 220;
    setPlaceholderText(tr("Search titles, pictures’ text…"));
    setAccessibleName(tr("Search"));
    setAccessibleDescription(tr("Shows the memes that have each of these words in their title, in what was read in "
                                "their picture, or as their author or id"));
    setToolTip(tr("Each word counts, parts of words too: in titles, in text read in pictures, authors and ids"));
    setClearButtonEnabled(true);
    setMaxLength(kLongest);
    setFixedWidth(kWidth);
    setAcceptDrops(false);  // a file dropped here is for the window
}

bool SearchField::event(QEvent *event)
{
    // Before a shortcut of the window takes it.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape)
        event->accept();
    return QLineEdit::event(event);
}

void SearchField::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && !text().isEmpty())
        clear();
    else if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_Down)
        emit left();
    else
        QLineEdit::keyPressEvent(event);
}

}  // namespace dank::ui
