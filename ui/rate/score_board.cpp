#include "ui/rate/score_board.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMenu>

#include "ui/rate/score_delegate.h"
#include "ui/rate/score_model.h"
#include "ui/rate/score_preview.h"

namespace dank::ui {

ScoreBoard::ScoreBoard(ScoreModel &model, Session &session, QWidget *parent)
    : QListView(parent), m_model(model), m_session(session)
{
    setModel(&model);
    setItemDelegate(new ScoreDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setResizeMode(QListView::Adjust);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Rated memes"));
    connect(this, &QAbstractItemView::activated, this, &ScoreBoard::preview);
}

void ScoreBoard::copyRow()
{
    if (currentIndex().isValid())
        QApplication::clipboard()->setText(m_model.copyText(currentIndex().row()));
}

void ScoreBoard::preview()
{
    if (currentIndex().isValid())
        (new ScorePreview(m_session, m_model, *this))->open();
}

void ScoreBoard::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy))
        copyRow();
    else if (event->key() == Qt::Key_Space)
        preview();
    else
        QListView::keyPressEvent(event);
}

void ScoreBoard::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    const bool any = currentIndex().isValid();
    menu.addAction(tr("Preview"), QKeySequence(Qt::Key_Space), this, [this] { preview(); })->setEnabled(any);
    menu.addAction(tr("Copy row"), QKeySequence::Copy, this, [this] { copyRow(); })->setEnabled(any);
    menu.exec(event->globalPos());
}

}  // namespace dank::ui
