#include "ui/charts/scatter_chart.h"

#include <QKeyEvent>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/file.h"
#include "ui/charts/number_text.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr double kReach = 9;  // pixels within which a point is meant

}  // namespace

ScatterChart::ScatterChart(QWidget *parent) : Plot(parent)
{
    setAccessibleName(tr("Predicted against actual dankness"));
    setWheelNeedsFocus(true);
    yAxis->setLabel(tr("predicted"));
    xAxis->setBasePen(Qt::SolidLine);
    yAxis->setBasePen(Qt::SolidLine);
    yAxis->grid()->setVisible(false);
    m_diagonal = new QCPItemLine(this);
    m_diagonal->setSelectable(false);
    for (int i = 0; i < 8; ++i) {
        QCPGraph *band = addGraph();
        band->setLineStyle(QCPGraph::lsNone);
        band->setAdaptiveSampling(false);  // every meme stays findable
        m_bands.push_back(band);
    }
    m_mark = addGraph();
    m_mark->setLineStyle(QCPGraph::lsNone);
    ScatterChart::restyle(tokens());
    setEvaluation(nullptr, nullptr, TargetKind::Percentile);
}

void ScatterChart::setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const Dataset> dataset,
                                 TargetKind target)
{
    m_evaluation = std::move(evaluation);
    m_dataset = std::move(dataset);
    m_cursor = -1;
    hideHover();
    m_mark->data()->clear();
    m_order.clear();
    std::array<QVector<QCPGraphData>, 8> points;
    if (m_evaluation) {
        const auto &memes = m_evaluation->memes;
        for (std::size_t i = 0; i < memes.size(); ++i) {
            if (!std::isfinite(memes[i].predicted) || !std::isfinite(memes[i].actual))
                continue;
            const double share = std::clamp(memes[i].predicted, 0.0, 1.0);
            points[std::size_t(std::min(7, int(share * 8)))].append({memes[i].actual, memes[i].predicted});
            m_order.push_back(int(i));
        }
        std::stable_sort(m_order.begin(), m_order.end(), [&](int a, int b) {
            return memes[std::size_t(a)].actual < memes[std::size_t(b)].actual;
        });
    }
    for (std::size_t i = 0; i < 8; ++i)
        m_bands[i]->data()->set(points[i]);
    xAxis->setLabel(target == TargetKind::Percentile ? tr("actual percentile") : tr("actual dankness"));
    setEmptyText(m_order.empty() ? tr("Evaluate a model and its memes appear here") : QString());
    m_diagonal->setVisible(!m_order.empty());
    setAccessibleDescription(m_order.empty() ? QString()
                                             : tr("%1; arrow keys walk through them").arg(countOf(qint64(m_order.size()), tr("meme"), tr("memes"))));
    resetView();
}

void ScatterChart::resetView()
{
    double low = 0, high = 1;
    if (m_evaluation) {
        for (const auto &meme : m_evaluation->memes) {
            if (std::isfinite(meme.predicted)) {
                low = std::min(low, meme.predicted);
                high = std::max(high, meme.predicted);
            }
        }
    }
    // A bounded model fills the unit square; an unbounded one may answer anything, and it shows.
    const double margin = (high - low) * 0.03;
    xAxis->setRange(-0.03, 1.03);
    yAxis->setRange(low - margin, high + margin);
    m_diagonal->start->setCoords(0, 0);
    m_diagonal->end->setCoords(1, 1);
    requestReplot();
}

QString ScatterChart::nameOf(const JudgedMeme &meme) const
{
    const MemeRecord *record = m_dataset ? m_dataset->find(meme.id) : nullptr;
    QString name = record && !record->title.empty() ? QString::fromStdString(record->title)
                                                    : QString::fromStdString(meme.id);
    name = name.simplified();
    if (name.size() > 60)
        name = name.left(59) + QChar(0x2026);
    return name;
}

int ScatterChart::memeAt(const QPoint &position) const
{
    if (!m_evaluation || !axisRect()->rect().contains(position))
        return -1;
    int best = -1;
    double nearest = kReach * kReach;
    for (int i : m_order) {
        const auto &meme = m_evaluation->memes[std::size_t(i)];
        const double dx = xAxis->coordToPixel(meme.actual) - position.x();
        const double dy = yAxis->coordToPixel(meme.predicted) - position.y();
        if (dx * dx + dy * dy <= nearest) {
            nearest = dx * dx + dy * dy;
            best = i;
        }
    }
    return best;
}

void ScatterChart::showMeme(int index)
{
    if (!m_evaluation || index < 0 || index >= int(m_evaluation->memes.size()))
        return;
    const auto &meme = m_evaluation->memes[std::size_t(index)];
    m_cursor = int(std::find(m_order.begin(), m_order.end(), index) - m_order.begin());
    m_mark->data()->clear();
    m_mark->addData(meme.actual, meme.predicted);
    requestReplot();
    const QString text = tr("%1\npredicted %2, actual %3\n%4")
                             .arg(nameOf(meme), danknessText(meme.predicted), danknessText(meme.actual),
                                  countOf(meme.upvotes, tr("upvote"), tr("upvotes")));
    showHover(text, QPointF(xAxis->coordToPixel(meme.actual), yAxis->coordToPixel(meme.predicted)), false);
}

void ScatterChart::mouseMoveEvent(QMouseEvent *event)
{
    Plot::mouseMoveEvent(event);
    if (event->buttons() != Qt::NoButton)
        return;
    const int index = memeAt(event->pos());
    setCursor(index >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (index >= 0)
        showMeme(index);
    else
        hideHover();
}

void ScatterChart::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->pos();
    Plot::mousePressEvent(event);
}

void ScatterChart::mouseReleaseEvent(QMouseEvent *event)
{
    Plot::mouseReleaseEvent(event);
    if (event->button() != Qt::LeftButton || (event->pos() - m_pressed).manhattanLength() > 4)
        return;
    const int index = memeAt(event->pos());
    if (index >= 0)
        emit memeActivated(QString::fromStdString(m_evaluation->memes[std::size_t(index)].id));
}

void ScatterChart::keyPressEvent(QKeyEvent *event)
{
    const int count = int(m_order.size());
    int to = m_cursor;
    switch (event->key()) {
    case Qt::Key_Right: to = m_cursor + 1; break;
    case Qt::Key_Left: to = m_cursor < 0 ? count - 1 : m_cursor - 1; break;
    case Qt::Key_Home: to = 0; break;
    case Qt::Key_End: to = count - 1; break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_cursor >= 0 && m_cursor < count)
            emit memeActivated(
                QString::fromStdString(m_evaluation->memes[std::size_t(m_order[std::size_t(m_cursor)])].id));
        return;
    default: Plot::keyPressEvent(event); return;
    }
    if (count > 0)
        showMeme(m_order[std::size_t(std::clamp(to, 0, count - 1))]);
}

void ScatterChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    xAxis->setBasePen(QPen(tokens.line, 1));
    yAxis->setBasePen(QPen(tokens.line, 1));
    for (std::size_t i = 0; i < m_bands.size(); ++i) {
        QColor colour = tokens.dankness[i];
        colour.setAlphaF(0.85f);
        m_bands[i]->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colour, 6));
    }
    m_mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(tokens.text, 2), Qt::NoBrush, 11));
    QPen dashes(tokens.baseline, 1);
    dashes.setDashPattern({4, 4});
    m_diagonal->setPen(dashes);
}

QString ScatterChart::exportTitle() const
{
    return m_evaluation ? tr("Predicted against actual, %1").arg(QString::fromStdString(m_evaluation->subset))
                        : tr("Predicted against actual");
}

QVector<LegendEntry> ScatterChart::legendEntries(const Tokens &tokens) const
{
    return {{tr("a meme"), tokens.dankness[4], LegendEntry::Shape::Dot},
            {tr("predicted as it is"), tokens.baseline, LegendEntry::Shape::Dashes}};
}

ChartTable ScatterChart::table() const
{
    ChartTable table{{QStringLiteral("id"), QStringLiteral("predicted"), QStringLiteral("actual"),
                      QStringLiteral("upvotes"), QStringLiteral("title")},
                     {}};
    if (!m_evaluation)
        return table;
    for (const auto &meme : m_evaluation->memes) {
        const MemeRecord *record = m_dataset ? m_dataset->find(meme.id) : nullptr;
        table.rows.push_back({QString::fromStdString(meme.id), QString::number(meme.predicted, 'g', QLocale::FloatingPointShortest),
                              QString::number(meme.actual, 'g', QLocale::FloatingPointShortest), QString::number(meme.upvotes),
                              record ? QString::fromStdString(record->title) : QString()});
    }
    return table;
}

}  // namespace dank::ui
