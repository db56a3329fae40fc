#include "ui/evaluate/meme_detail.h"

#include <QPushButton>

#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/why/why_dialog.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

MemeDetail::MemeDetail(Session &session, QWidget *parent)
    : Card(tr("The meme"), parent), m_session(session), m_why(new QPushButton(tr("Why this score?"), this)),
      m_picture(new QLabel(this)), m_title(paragraph({}, this, TextRole::Heading, TextLabel::Tone::Normal)),
      m_figures(paragraph({}, this, TextRole::Body)),
      m_error(paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal))
{
    m_picture->setAlignment(Qt::AlignCenter);
    m_picture->setMinimumHeight(168);
    body()->addWidget(m_picture, 1);
    addWidgets(*body(), {m_title, m_error, m_figures});
    m_why->setObjectName(QStringLiteral("why"));
    m_why->setShortcut(Qt::Key_W);
    m_why->setToolTip(tr("Which parts of the picture and which words moved it (W)"));
    body()->addWidget(m_why, 0, Qt::AlignLeft);
    connect(m_why, &QPushButton::clicked, this, &MemeDetail::why);
    const auto offer = [this](const QString &text, WallKind kind, const char *name) {
        auto *chip = new Chip(text, this);
        chip->setFocusPolicy(Qt::StrongFocus);
        chip->setObjectName(QLatin1String(name));
        header()->addWidget(chip);
        connect(chip, &Chip::clicked, this, [this, kind] { emit wanted(kind); });
    };
    offer(tr("Most overrated"), WallKind::Overrated, "mostOverrated");
    offer(tr("Most slept on"), WallKind::SleptOn, "mostSleptOn");
    connect(&session.thumbnails(), &Thumbnails::ready, this, &MemeDetail::showPicture);
}

void MemeDetail::setMeme(const JudgedMeme *meme, const std::shared_ptr<const Dataset> &dataset)
{
    m_image.clear();
    m_why->setEnabled(false);
    if (!meme) {
        m_title->setText(tr("Click a dot or a picture to see the meme."));
        m_figures->clear();
        m_error->clear();
        m_picture->clear();
        return;
    }
    const MemeRecord *record = dataset ? dataset->find(meme->id) : nullptr;
    m_title->setText(plainTitle(record && !record->title.empty() ? record->title : meme->id, 140));
    const double error = meme->predicted - meme->actual;
    m_error->setText(std::abs(error) < 0.05
                         ? tr("predicted %1, and so it is").arg(danknessText(meme->predicted))
                         : tr("predicted %1, actually %2: %3 by %4")
                               .arg(danknessText(meme->predicted), danknessText(meme->actual),
                                    error > 0 ? tr("overrated") : tr("slept on"), danknessText(std::abs(error))));
    QString figures = countOf(meme->upvotes, tr("upvote"), tr("upvotes"));
    if (!meme->group.empty())
        figures += QStringLiteral(" · ") + plainTitle(meme->group, 40);
    if (record && record->width > 0)
        figures += tr(" · %1 × %2").arg(record->width).arg(record->height);
    figures += QStringLiteral(" · ") + plainTitle(meme->id, 40);
    m_figures->setText(figures);
    if (record) {
        m_image = record->image;
        m_caption = QString::fromStdString(record->title);
    }
    m_why->setEnabled(record != nullptr);
    showPicture();
}

void MemeDetail::why()
{
    if (const auto model = m_session.evaluations().model(); model && !m_image.empty())
        (new WhyDialog(m_session, {m_image, {}, m_title->text(), model->readsTitles() ? m_caption : QString(), model},
                       window()))
            ->open();
}

void MemeDetail::showPicture()
{
    const QImage picture = m_image.empty() ? QImage() : m_session.thumbnails().get(m_image);
    if (picture.isNull())
        m_picture->clear();
    else
        m_picture->setPixmap(QPixmap::fromImage(picture));
}

}  // namespace dank::ui
