#include "ui/charts/scatter_chart.h"

#include <QKeyEvent>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/file.h"
#include "ui/charts/evaluation_rows.h"
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
        m_bands.push_back(addPoints(xAxis, yAxis));
        m_bands.back()->setAdaptiveSampling(false);  // every meme stays findable
    }
    m_rings = addPoints(xAxis, yAxis);
    m_mark = addPoints(xAxis, yAxis);
    for (QCPAxis *axis : {xAxis, yAxis})
        axis->setTicker(QSharedPointer<LossTicker>::create());
    connect(selectionRect(), &QCPSelectionRect::accepted, this, [this](const QRect &frame) { chooseInside(frame); });
    ScatterChart::restyle(tokens());
    setEvaluation(nullptr, nullptr, TargetKind::Percentile);
}

void ScatterChart::setEvaluation(std::shared_ptr<const Evaluation> evaluation, std::shared_ptr<const Dataset> dataset,
                                 TargetKind target)
{
    m_evaluation = std::move(evaluation);
    m_dataset = std::move(dataset);
    m_anchor = -1;
    forgetItem();
    m_mark->data()->clear();
    m_order.clear();
    setChosen({});
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
        std::stable_sort(m_order.begin(), m_order.end(),
                         [&](int a, int b) { return memes[std::size_t(a)].actual < memes[std::size_t(b)].actual; });
    }
    for (std::size_t i = 0; i < 8; ++i)
        m_bands[i]->data()->set(points[i]);
    xAxis->setLabel(target == TargetKind::Percentile ? tr("actual percentile") : tr("actual dankness"));
    setEmptyText(m_order.empty() ? tr("Evaluate a model and its memes appear here") : QString());
    m_diagonal->setVisible(!m_order.empty());
    setAccessibleDescription(
        m_order.empty()
            ? QString()
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
    QString name =
        record && !record->title.empty() ? QString::fromStdString(record->title) : QString::fromStdString(meme.id);
    name = name.simplified();
    if (name.size() > 60)
        name = name.left(59) + QChar(0x2026);
    return name;
}

int ScatterChart::itemAt(const QPoint &position) const
{
    if (!axisRect()->rect().contains(position))
        return -1;
    int best = -1;
    double nearest = kReach * kReach;
    for (int i = 0; i < items(); ++i) {
        const double dx = xAxis->coordToPixel(memeOf(i).actual) - position.x();
        const double dy = yAxis->coordToPixel(memeOf(i).predicted) - position.y();
        if (dx * dx + dy * dy <= nearest) {
            nearest = dx * dx + dy * dy;
            best = i;
        }
    }
    return best;
}

void ScatterChart::showMeme(int index)
{
    const auto at = std::ranges::find(m_order, index);
    if (at != m_order.end())
        showItem(int(at - m_order.begin()));
}

void ScatterChart::readItem(int index)
{
    const JudgedMeme &meme = memeOf(index);
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
    if (event->buttons() == Qt::NoButton)
        setCursor(hoverText().isEmpty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
}

void ScatterChart::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->pos();
    setSelectionRectMode(event->modifiers().testFlag(Qt::ShiftModifier) ? QCP::srmNone : QCP::srmCustom);
    Plot::mousePressEvent(event);
}

void ScatterChart::mouseReleaseEvent(QMouseEvent *event)
{
    Plot::mouseReleaseEvent(event);
    if (event->button() != Qt::LeftButton || (event->pos() - m_pressed).manhattanLength() > 4)
        return;
    const int index = itemAt(event->pos());
    if (index >= 0)
        emit memeActivated(QString::fromStdString(memeOf(index).id));
    else if (!m_chosen.empty())
        choose({});  // a click into the void
}

void ScatterChart::setChosen(std::vector<int> indexes)
{
    m_chosen = std::move(indexes);
    QVector<QCPGraphData> points;
    for (const int index : m_chosen) {
        const JudgedMeme &meme = m_evaluation->memes.at(std::size_t(index));
        points.append({meme.actual, meme.predicted});
    }
    m_rings->data()->set(points);
    restyle(tokens());
    requestReplot();
}

void ScatterChart::choose(std::vector<int> indexes)
{
    setChosen(std::move(indexes));
    emit memesChosen(m_chosen);
}

void ScatterChart::chooseInside(const QRect &frame)
{
    const QRect area = frame.normalized();
    std::vector<int> inside;
    for (const int index : m_order) {
        const JudgedMeme &meme = m_evaluation->memes[std::size_t(index)];
        if (area.contains(int(std::lround(xAxis->coordToPixel(meme.actual))),
                          int(std::lround(yAxis->coordToPixel(meme.predicted)))))
            inside.push_back(index);
    }
    choose(std::move(inside));
}

void ScatterChart::keyPressEvent(QKeyEvent *event)
{
    const int from = m_cursor;
    if (event->key() == Qt::Key_Escape && !m_chosen.empty()) {
        choose({});
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (from >= 0)
            emit memeActivated(QString::fromStdString(memeOf(from).id));
    } else if (!walk(*event)) {
        Plot::keyPressEvent(event);
    } else if (!event->modifiers().testFlag(Qt::ShiftModifier)) {
        m_anchor = -1;
    } else if (m_cursor >= 0) {
        if (m_anchor < 0)
            m_anchor = from < 0 ? m_cursor : from;
        const auto [first, last] = std::minmax(m_anchor, m_cursor);
        choose({m_order.begin() + first, m_order.begin() + last + 1});
    }
}

void ScatterChart::restyle(const Tokens &tokens)
{
    Plot::restyle(tokens);
    xAxis->setBasePen(QPen(tokens.line, 1));
    yAxis->setBasePen(QPen(tokens.line, 1));
    for (std::size_t i = 0; i < m_bands.size(); ++i) {
        const QColor colour = faded(tokens.dankness[i], m_chosen.empty() ? 0.85f : 0.3f);
        m_bands[i]->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, colour, 6));
    }
    m_rings->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(tokens.accent, 1.5), tokens.accent, 7));
    m_mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(tokens.text, 2), Qt::NoBrush, 11));
    m_diagonal->setPen(dashedPen(tokens.baseline, 1, {4, 4}));
}

QString ScatterChart::exportTitle() const
{
    return m_evaluation ? tr("Predicted against actual, %1").arg(QString::fromStdString(m_evaluation->subset))
                        : tr("Predicted against actual");
}

QVector<LegendEntry> ScatterChart::legendEntries(const Tokens &tokens) const
{
    QVector<LegendEntry> entries{{tr("a meme"), tokens.dankness[4], LegendEntry::Shape::Dot}};
    if (!m_chosen.empty())
        entries.append({tr("chosen"), tokens.accent, LegendEntry::Shape::Dot});
    entries.append({tr("predicted as it is"), tokens.baseline, LegendEntry::Shape::Dashes});
    return entries;
}

ChartTable ScatterChart::table() const
{
    return m_evaluation ? memeTable(*m_evaluation, m_dataset.get()) : ChartTable();
}

}  // namespace dank::ui
