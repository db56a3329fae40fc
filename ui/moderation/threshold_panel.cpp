#include "ui/moderation/threshold_panel.h"

#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>
#include <cmath>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/moderation/errors_by_group.h"
#include "ui/moderation/threshold_chart.h"
#include "ui/widgets/calm.h"
#include "ui/widgets/set_up.h"

namespace dank::ui {

namespace {

constexpr int kSteps = 1000;

QString perThousand(double count)
{
    return fixedNumber(count, count > 0 && count < 10 ? 1 : 0);
}

}  // namespace

ThresholdPanel::ThresholdPanel(std::shared_ptr<const Evaluation> evaluation, QWidget *parent)
    : Card(tr("Threshold"), parent), m_evaluation(std::move(evaluation)), m_threshold(m_evaluation->classes->threshold),
      m_slider(new Calm<QSlider>(Qt::Horizontal, this)), m_chart(new ThresholdChart(this)),
      m_precision(new TextLabel({}, int(TextRole::BigNumber), TextLabel::Tone::Normal, this)),
      m_recall(new TextLabel({}, int(TextRole::BigNumber), TextLabel::Tone::Normal, this)),
      m_meaning(paragraph({}, this)), m_groups(new ErrorsByGroup(this))
{
    for (const JudgedMeme &meme : m_evaluation->memes) {
        m_predicted.push_back(meme.predicted);
        m_places.push_back(meme.upvotes);
    }
    m_slider->setRange(0, kSteps);
    m_slider->setPageStep(kSteps / 20);
    m_slider->setObjectName(QStringLiteral("threshold"));
    m_slider->setAccessibleName(tr("Threshold, in thousandths"));
    m_precision->setObjectName(QStringLiteral("precision"));
    m_recall->setObjectName(QStringLiteral("recall"));
    m_meaning->setObjectName(QStringLiteral("meaning"));
    m_chart->setMemes(m_predicted, m_places, plainTitle(m_evaluation->subset));
    m_chart->setMinimumHeight(180);
    m_chart->setMaximumHeight(300);

    auto *figures = newBox<QHBoxLayout>(8);
    const auto addFigure = [&](TextLabel *figure, const QString &name, const QString &help) {
        auto *column = newBox<QVBoxLayout>(0);
        column->addWidget(figure);
        column->addWidget(new TextLabel(name, int(TextRole::Caption), TextLabel::Tone::Muted, this));
        figure->setToolTip(help);
        figures->addLayout(column, 1);
    };
    addFigure(m_precision, tr("precision"), tr("of what is flagged, the share that is rightly so"));
    addFigure(m_recall, tr("recall"), tr("of what should be flagged, the share that is"));
    body()->addWidget(m_slider);
    body()->addLayout(figures);
    body()->addWidget(m_meaning);
    body()->addWidget(m_chart, 1);
    const bool groups = !m_evaluation->classes->groups.empty();
    if (groups)
        body()->addWidget(
            paragraph(tr("Wrongly flagged and missed, by %1").arg(plainTitle(m_evaluation->groupName, 40)), this,
                      TextRole::Heading, TextLabel::Tone::Normal));
    body()->addWidget(m_groups);
    m_groups->setVisible(groups);
    body()->addStretch(0);

    connect(m_slider, &QSlider::valueChanged, this, [this](int value) { setThreshold(double(value) / kSteps); });
    connect(m_chart, &ThresholdChart::thresholdPicked, this, &ThresholdPanel::setThreshold);
    fill();
}

void ThresholdPanel::setThreshold(double threshold)
{
    if (threshold == m_threshold)
        return;
    m_threshold = threshold;
    fill();
    emit thresholdChanged(threshold);
}

void ThresholdPanel::fill()
{
    {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(int(std::lround(m_threshold * kSteps)));
    }
    const ThresholdFigures figures = atThreshold(m_predicted, m_places, m_threshold);
    setSubtitle(tr("from %1 % on").arg(fixedNumber(100 * m_threshold, 1)));
    m_precision->setText(shareText(figures.precision));
    m_recall->setText(shareText(figures.recall));
    m_meaning->setText(tr("Of 1,000 memes like these it flags %1, of them %2 wrongly, and misses %3.")
                           .arg(perThousand(figures.flaggedPerThousand), perThousand(figures.wrongPerThousand),
                                perThousand(figures.missedPerThousand)));
    m_chart->setThreshold(m_threshold);
    if (!m_evaluation->classes->groups.empty())
        m_groups->setGroups(plainTitle(m_evaluation->groupName, 40),
                            errorsAt(m_evaluation->classes->groups, m_evaluation->memes, m_threshold));
}

}  // namespace dank::ui
