#include "ui/pages/score_preview.h"

#include <QAbstractItemView>
#include <QKeyEvent>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/pages/meme_wall.h"
#include "ui/pages/score_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

ScorePreview::ScorePreview(Session &session, ScoreModel &model, QAbstractItemView &board)
    : QDialog(board.window()),
      m_session(session),
      m_model(model),
      m_board(board),
      m_picture(new QLabel(this)),
      m_name(new TextLabel({}, int(TextRole::Heading), TextLabel::Tone::Normal, this)),
      m_score(new TextLabel({}, int(TextRole::BigNumber), TextLabel::Tone::Normal, this)),
      m_standing(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Muted, this)),
      m_path(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Preview"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 20);
    m_picture->setAlignment(Qt::AlignCenter);
    m_picture->setFixedSize(400, 400);
    column->addWidget(m_picture, 0, Qt::AlignHCenter);
    column->addWidget(m_name);
    column->addWidget(m_score);
    column->addWidget(m_standing);
    column->addWidget(m_path);
    for (TextLabel *label : {m_name, m_standing, m_path})
        label->setElided(true);
    showRow(board.currentIndex().row());
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Scores)
            showRow(m_board.currentIndex().row());
    });
}

void ScorePreview::showRow(int row)
{
    const RatedItem *item = m_model.item(row);
    if (!item) {
        close();
        return;
    }
    m_name->setText(plainTitle(item->name.toStdString()));
    m_path->setText(plainTitle(item->path.toStdString(), 2000));
    const bool scored = item->state == RatedItem::State::Scored;
    m_score->setText(scored ? danknessText(item->score.dankness)
                     : item->state == RatedItem::State::Skipped ? tr("Skipped") : tr("Waiting"));
    m_standing->setText(scored ? tr("%1, about %2 upvotes").arg(m_model.standing(*item), compactNumber(item->score.expectedUpvotes))
                               : plainTitle(item->score.skipped, 500));
    if (item->thumbnail.isNull())
        m_picture->clear();
    else
        m_picture->setPixmap(QPixmap::fromImage(item->thumbnail.scaled(m_picture->size() * devicePixelRatioF(), Qt::KeepAspectRatio,
                                                                       Qt::SmoothTransformation)));
}

void ScorePreview::keyPressEvent(QKeyEvent *event)
{
    const int step = event->key() == Qt::Key_Down || event->key() == Qt::Key_Right ? 1
                     : event->key() == Qt::Key_Up || event->key() == Qt::Key_Left  ? -1
                                                                                   : 0;
    if (event->key() == Qt::Key_Space) {
        close();
    } else if (step != 0) {
        const int row = std::clamp(m_board.currentIndex().row() + step, 0, std::max(0, m_model.rowCount() - 1));
        m_board.setCurrentIndex(m_model.index(row));
        showRow(row);
    } else {
        QDialog::keyPressEvent(event);
    }
}

}  // namespace dank::ui
