#include "ui/charts/target_chart.h"

#include <QVBoxLayout>

#include <algorithm>

#include "ui/widgets/card.h"

namespace dank::ui {

namespace {

constexpr int kBins = 20;
constexpr int kCompactHeight = 84;

Histogram unitHistogram(std::span<const float> values)
{
    Histogram histogram;
    if (values.empty())
        return histogram;
    histogram.counts.assign(kBins, 0);
    for (int i = 0; i <= kBins; ++i)
        histogram.edges.push_back(double(i) / kBins);
    for (const float value : values)
        ++histogram.counts[std::size_t(std::clamp(int(double(value) * kBins), 0, kBins - 1))];
    return histogram;
}

}  // namespace

QString targetName(TargetKind kind)
{
    switch (kind) {
    case TargetKind::Max: return TargetChart::tr("upvotes / most");
    case TargetKind::Log: return TargetChart::tr("log of upvotes");
    case TargetKind::Percentile: return TargetChart::tr("percentile");
    }
    return {};
}

TargetChart::TargetChart(bool compact, QWidget *parent)
    : QWidget(parent), m_plot(new BarPlot(this)),
      m_caption(new TextLabel({}, int(TextRole::Caption), TextLabel::Tone::Muted, this)), m_compact(compact)
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    column->addWidget(m_caption);
    column->addWidget(m_plot, 1);
    m_caption->setElided(true);
    if (compact) {
        m_plot->setMinimumSize(120, kCompactHeight);
        m_plot->setMaximumHeight(kCompactHeight);
        m_plot->axisRect()->setMinimumMargins(QMargins(4, 4, 12, 4));
        m_plot->yAxis->setTickLabels(false);
    }
    setTargets(TargetKind::Percentile, {}, {});
}

QString TargetChart::caption() const
{
    return m_caption->text();
}

void TargetChart::setTargets(TargetKind kind, const QString &within, std::span<const float> targets)
{
    m_plot->setHistogram(unitHistogram(targets), BinScale::Linear, tr("dankness"), true);
    if (!m_compact)
        m_plot->xAxis->setLabel(tr("dankness"));
    const QString name =
        within.isEmpty() ? targetName(kind) : tr("%1 within %2").arg(targetName(kind), within.simplified());
    m_plot->setExportTitle(tr("Target: %1").arg(name));
    if (targets.empty()) {
        m_caption->clear();
        return;
    }
    m_caption->setText(tr("Target: %1").arg(name));
    const auto low = std::count_if(targets.begin(), targets.end(), [](float value) { return value < 0.1f; });
    // The paper's target squeezes almost everything to nearly 0: worth a word where it happens.
    if (std::all_of(targets.begin(), targets.end(), [&](float value) { return value == targets.front(); }))
        m_caption->setText(tr("Target: %1, the same for every meme").arg(name));
    else if (low * 2 > std::ptrdiff_t(targets.size()))
        m_caption->setText(
            tr("Target: %1, %2 % under 0.1").arg(name).arg(qRound(100.0 * double(low) / double(targets.size()))));
}

void TargetChart::setPreview(const TargetPreview *preview)
{
    if (!preview || !preview->problem.empty()) {
        setTargets(TargetKind::Percentile, {}, {});
        m_plot->setEmptyText(preview ? tr("No target") : QString());
        return;
    }
    if (const QString label = QString::fromStdString(preview->label.substr(0, preview->label.find('=')));
        !label.isEmpty()) {
        setTargets(preview->kind, {}, preview->targets);
        m_caption->setText(tr("Target: %1").arg(label.simplified()));
        m_plot->setExportTitle(m_caption->text());
        return;
    }
    setTargets(preview->kind, preview->within ? QString::fromStdString(preview->groupName) : QString(),
               preview->targets);
}

}  // namespace dank::ui
