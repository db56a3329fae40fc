#include "ui/rate/score_preview.h"

#include <QAbstractItemView>
#include <QKeyEvent>
#include <QLabel>

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/caption_panel.h"
#include "ui/rate/received_text.h"
#include "ui/rate/score_model.h"
#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kPictureWidth = 400, kCaptionsWidth = 360;

}  // namespace

ScorePreview::ScorePreview(Session &session, ScoreModel &model, QAbstractItemView &board)
    : QDialog(board.window()), m_session(session), m_model(model), m_board(board), m_picture(new QLabel(this)),
      m_name(new TextLabel({}, int(TextRole::Heading), TextLabel::Tone::Normal, this)),
      m_score(new TextLabel({}, int(TextRole::BigNumber), TextLabel::Tone::Normal, this)),
      m_standing(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Muted, this)),
      m_parts(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_verdict(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Muted, this)),
      m_doubt(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_warning(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Warn, this)),
      m_nearestTitle(new TextLabel(tr("Most like these, which the model learned from:"), int(TextRole::Caption),
                                   TextLabel::Tone::Muted, this)),
      m_path(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_captions(new CaptionPanel(session.board(), this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Preview"));
    auto *columns = newBox<QHBoxLayout>(20, this, {20, 20, 20, 20});
    auto *column = newBox<QVBoxLayout>(6);
    columns->addLayout(column);
    columns->addWidget(m_captions);
    m_captions->setFixedWidth(kCaptionsWidth);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_picture->setAlignment(Qt::AlignCenter);
    column->addWidget(m_picture, 0, Qt::AlignHCenter);
    addWidgets(*column, {m_name, m_score, m_standing, m_parts, m_verdict, m_doubt, m_warning, m_nearestTitle});
    m_nearestRow = new QWidget(this);
    auto *nearest = newBox<QHBoxLayout>(10, m_nearestRow);
    for (Nearest &one : m_nearest) {
        one.box = new QWidget(m_nearestRow);
        auto *stacked = newBox<QVBoxLayout>(4, one.box);
        one.picture = new QLabel(one.box);
        one.picture->setAlignment(Qt::AlignCenter);
        one.picture->setFixedSize(126, 84);
        one.upvotes = new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Normal, one.box);
        one.upvotes->setElided(true);
        one.upvotes->setFixedWidth(126);
        one.alike = new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, one.box);
        one.alike->setFixedWidth(126);
        addWidgets(*stacked, {one.picture, one.upvotes, one.alike});
        nearest->addWidget(one.box);
    }
    nearest->addStretch(1);
    column->addWidget(m_nearestRow);
    column->addWidget(m_path);
    column->addStretch(1);
    for (TextLabel *label : {m_standing, m_parts, m_verdict, m_doubt, m_warning})
        label->setWordWrap(true);
    for (TextLabel *label : {m_name, m_path})
        label->setElided(true);
    // The keys are the board's until the caption is asked for, by Tab or a click.
    setFocusPolicy(Qt::StrongFocus);
    setFocus();
    showRow(board.currentIndex().row());
    connect(&session, &Session::changed, this, [this](Change change) {
        if (change == Change::Scores)
            showRow(m_board.currentIndex().row());
    });
    connect(&session.thumbnails(), &Thumbnails::ready, this, [this] {
        if (const RatedItem *item = m_model.item(m_board.currentIndex().row()))
            showNearest(*item);
    });
}

void ScorePreview::showNearest(const RatedItem &item)
{
    const auto &found = item.score.neighbours;
    m_nearestTitle->setVisible(!found.empty());
    m_nearestRow->setVisible(!found.empty());
    for (std::size_t i = 0; i < m_nearest.size(); ++i) {
        const Nearest &one = m_nearest[i];
        one.box->setVisible(i < found.size());
        if (i >= found.size())
            continue;
        const SimilarMeme &meme = found[i];
        const QString upvotes = receivedText(item, meme.upvotes);
        const QString text = meme.samePicture ? tr("%1, itself").arg(upvotes) : upvotes;
        one.upvotes->setText(text);
        QString alike = tr("alike in picture %1").arg(danknessText(meme.similarity));
        one.alike->setText(meme.wordsSimilarity ? tr("%1\nin words %2").arg(alike, danknessText(*meme.wordsSimilarity))
                                                : alike);
        if (meme.wordsSimilarity)
            alike = tr("%1, in words %2").arg(alike, danknessText(*meme.wordsSimilarity));
        one.picture->setAccessibleName(tr("%1, %2, %3").arg(plainTitle(meme.id, 60), text, alike));
        one.picture->setToolTip(plainToolTip(tr("%1: %2").arg(plainTitle(meme.id, 60), alike)));
        const QImage picture = meme.path.empty() ? QImage() : m_session.thumbnails().get(meme.path);
        if (picture.isNull())
            one.picture->setText(meme.path.empty() ? tr("not here") : QString());
        else
            one.picture->setPixmap(QPixmap::fromImage(picture.scaled(one.picture->size() * devicePixelRatioF(),
                                                                     Qt::KeepAspectRatio, Qt::SmoothTransformation)));
    }
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
    m_score->setText(scored                                     ? danknessText(item->score.dankness)
                     : item->state == RatedItem::State::Skipped ? tr("Skipped")
                                                                : tr("Waiting"));
    m_standing->setText(scored ? tr("%1, %2").arg(m_model.standing(*item), expectedText(*item))
                               : plainTitle(item->score.skipped, 500));
    const bool reads = scored && item->readsCaptions;
    m_picture->setFixedSize(kPictureWidth, reads ? 176 : 132);  // in one column all stands below it
    m_captions->setVisible(reads);
    if (reads)
        m_captions->showItem(m_model.boardIndex(row), *item);
    m_parts->setText(tr("This model looks at pictures alone: no words would move its score."));
    m_parts->setVisible(scored && !reads);
    const Judgement &judgement = item->judgement;
    m_verdict->setVisible(scored);
    const std::string figures = figuresText(judgement);
    m_verdict->setText(plainTitle(judgement.headline + (figures.empty() ? "" : " ") + figures, 300));
    m_verdict->setTone(judgement.kind == VerdictKind::LearnedSomething ? TextLabel::Tone::Muted
                       : judgement.kind == VerdictKind::NoEvidence     ? TextLabel::Tone::Bad
                                                                       : TextLabel::Tone::Warn);
    m_doubt->setText(ScoreModel::doubt(*item));
    m_doubt->setVisible(!m_doubt->text().isEmpty());
    m_warning->setText(ScoreModel::warning(*item));
    m_warning->setVisible(!m_warning->text().isEmpty());
    showNearest(*item);
    if (item->thumbnail.isNull())
        m_picture->clear();
    else
        m_picture->setPixmap(QPixmap::fromImage(item->thumbnail.scaled(m_picture->size() * devicePixelRatioF(),
                                                                       Qt::KeepAspectRatio, Qt::SmoothTransformation)));
    setFixedWidth(kPictureWidth + 40 + (reads ? kCaptionsWidth + 20 : 0));
    layout()->activate();
    fitHeight();
}

/// Wrapped lines need more than a size hint knows of.
void ScorePreview::fitHeight()
{
    resize(width(), layout()->totalHeightForWidth(width()));
}

bool ScorePreview::event(QEvent *event)
{
    const bool done = QDialog::event(event);
    if (event->type() == QEvent::LayoutRequest && layout())  // a line came or went, in the captions too
        fitHeight();
    return done;
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
