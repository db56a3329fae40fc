#include "ui/runs/loss_card.h"

#include <QActionGroup>
#include <QMenu>
#include <QPainter>

#include <cmath>

#include "ui/charts/chart_export.h"
#include "ui/widgets/set_up.h"

namespace dank::ui {

std::optional<double> gainOverMean(double bestValidationLoss, double meanPredictorLoss)
{
    if (!std::isfinite(bestValidationLoss) || !std::isfinite(meanPredictorLoss) || meanPredictorLoss <= 0)
        return std::nullopt;
    return (meanPredictorLoss - bestValidationLoss) / meanPredictorLoss;
}

QPixmap dotPixmap(const QColor &colour, int side, qreal ratio, qreal margin)
{
    QPixmap pixmap(QSize(side, side) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(QRectF(margin, margin, side - 2 * margin, side - 2 * margin));
    return pixmap;
}

LossCard::LossCard(QWidget *parent)
    : Card(tr("Loss"), parent), m_chart(new LossChart(this)),
      m_training(new TextLabel(tr("training"), int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_validation(new TextLabel(tr("validation"), int(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_trainingDot(new QLabel(this)), m_validationDot(new QLabel(this)), m_verdictIcon(new QLabel(this)),
      m_axis(new Chip({}, this)), m_smoothing(new Chip({}, this)), m_follow(new Chip({}, this)),
      m_verdict(new TextLabel({}, int(TextRole::Body), TextLabel::Tone::Normal, this)),
      m_legend(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    // The legend stands right after the title; the card's stretching subtitle stays empty between it and the chips.
    int at = 1;
    for (QWidget *part : std::initializer_list<QWidget *>{m_trainingDot, m_training, m_validationDot, m_validation})
        header()->insertWidget(at++, part);
    for (Chip *chip : {m_axis, m_smoothing, m_follow})
        header()->addWidget(chip);

    m_axis->setAccessibleName(tr("Loss axis"));
    connect(m_axis, &Chip::clicked, m_chart, &LossChart::toggleAxis);
    connect(m_chart, &LossChart::axisChanged, this, &LossCard::showAxis);

    auto *menu = new QMenu(m_smoothing);
    auto *group = new QActionGroup(menu);
    const auto label = [](double weight) { return weight == 0 ? tr("none") : QString::number(weight, 'g', 2); };
    for (double weight : {0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.99}) {
        QAction *action = menu->addAction(label(weight));
        action->setCheckable(true);
        action->setChecked(weight == m_chart->smoothing());
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, weight, label] {
            m_chart->setSmoothing(weight);
            m_smoothing->setText(tr("smoothing %1").arg(label(weight)));
        });
    }
    m_smoothing->setMenu(menu);
    m_smoothing->setText(tr("smoothing %1").arg(label(m_chart->smoothing())));
    m_smoothing->setToolTip(tr("Smooths the thick lines. The thin ones always show every epoch as it was."));

    m_follow->setText(tr("follow"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keeps the whole curve in view. Moving or zooming the chart turns it off."));
    connect(m_follow, &Chip::toggled, m_chart, &LossChart::setFollow);
    connect(m_chart, &LossChart::followChanged, m_follow, &Chip::setChecked);

    auto *line = newBox<QHBoxLayout>(6);
    line->addWidget(m_verdictIcon);
    line->addWidget(m_verdict, 1);
    m_verdict->setElided(true);
    body()->addLayout(line);
    body()->addWidget(m_legend);
    body()->addWidget(m_chart, 1);
    m_legend->setTextFormat(Qt::RichText);
    m_legend->setWordWrap(true);
    m_legend->hide();
    m_verdict->hide();
    m_verdictIcon->hide();
    connectChartExport(*m_chart, QStringLiteral("loss"));
    showAxis();
    followPalette(m_verdict, [this] { restyle(); });
}

void LossCard::setTraining(const TrainingView &view)
{
    ChartProvenance provenance;
    provenance.run = view.run;
    if (view.run > 0)
        provenance.seed = QString::number(view.config.seed);
    provenance.dataset = QString::fromStdString(view.datasetName);
    provenance.datasetHash = QString::fromStdString(view.datasetHash);
    provenance.backbone = QString::fromStdString(view.backbone);
    if (view.untrained)
        provenance.note = tr("untrained network");
    m_chart->setProvenance(provenance);
    m_chart->setTraining(view);
    showLegend();
    showAxis();
}

void LossCard::setOverlays(std::vector<RunCurve> curves)
{
    m_chart->setOverlays(std::move(curves));
    showLegend();
}

void LossCard::showLegend()
{
    QStringList samples, names;
    for (const RunCurve *curve : m_chart->overlays().drawn()) {
        const QString line = curve->style == Qt::SolidLine  ? QStringLiteral("━━━")
                             : curve->style == Qt::DashLine ? QStringLiteral("╍╍╍")
                             : curve->style == Qt::DotLine  ? QStringLiteral("┉┉┉")
                                                            : QStringLiteral("━╍━");
        names << curve->name;
        samples << QStringLiteral("<span style=\"color:%1\">%2</span>&nbsp;%3")
                       .arg(curve->colour.name(), line,
                            curve->name.toHtmlEscaped().replace(u' ', QStringLiteral("&nbsp;")));
    }
    const QString text = samples.join(QStringLiteral(" &emsp;"));
    if (text == m_legend->text())
        return;
    m_legend->setText(text);
    m_legend->setAccessibleName(names.join(QStringLiteral(", ")));
    m_legend->setVisible(!names.isEmpty());
}

void LossCard::setVerdict(const QString &iconName, const QString &text, TextLabel::Tone tone)
{
    m_verdict->setVisible(!text.isEmpty());
    m_verdictIcon->setVisible(!text.isEmpty());
    m_verdict->setText(text);
    m_verdict->setTone(tone);
    m_verdictIconName = iconName;
    restyle();
}

void LossCard::showAxis()
{
    const bool automatic = m_chart->axis() == LossChart::Axis::Auto;
    const QString name = m_chart->isLogarithmic() ? tr("log axis") : tr("linear axis");
    m_axis->setText(automatic && m_chart->isLogarithmic() ? tr("log axis, auto ✕") : name);
    m_axis->setToolTip(m_chart->isLogarithmic()
                           ? tr("The losses span more than two decades. Click for a linear axis (Ctrl+L).")
                           : tr("Click for a logarithmic axis (Ctrl+L)."));
}

void LossCard::restyle()
{
    const Tokens &tokens = tokensFor(m_verdict->palette());
    m_trainingDot->setPixmap(dotPixmap(tokens.training, 8, devicePixelRatioF()));
    m_validationDot->setPixmap(dotPixmap(tokens.validation, 8, devicePixelRatioF()));
    const QColor colour = m_verdict->palette().color(QPalette::WindowText);
    if (!m_verdictIconName.isEmpty())
        m_verdictIcon->setPixmap(icon(m_verdictIconName, colour).pixmap(16, 16));
}

}  // namespace dank::ui
