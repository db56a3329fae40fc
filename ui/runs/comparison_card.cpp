#include "ui/runs/comparison_card.h"

#include <QFileInfo>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QStyle>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/backbone/backbone_id.h"
#include "core/backbone/own_network.h"
#include "ui/runs/loss_card.h"
#include "ui/runs/run_text.h"
#include "ui/runs/runs_model.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kRowHeight = 30;
constexpr int kInset = 6;
constexpr int kGap = 14;
constexpr int kBarHeight = 8;
constexpr double kLeastAxis = 0.05;  ///< so that differences in the noise do not fill the card

bool isFinished(const RunRecord &run)
{
    return run.problem.empty()
           && (run.state == RunState::Done || (run.state == RunState::Interrupted && !run.model.empty()));
}

QString percentText(double gain)
{
    const double percent = std::abs(gain) * 100;
    if (percent < 0.5)
        return ComparisonCard::tr("the same");
    if (gain < 0 && percent >= 1000)
        return ComparisonCard::tr("over 10 × more");
    return (gain > 0 ? ComparisonCard::tr("%1 % less") : ComparisonCard::tr("%1 % more")).arg(percent, 0, 'f', 0);
}

QString runText(const ComparedBackbone &row)
{
    return row.runs > 1 ? ComparisonCard::tr("run %1, best of %2").arg(row.run).arg(row.runs)
                        : ComparisonCard::tr("run %1").arg(row.run);
}

QString nameText(const ComparedBackbone &row)
{
    return row.untrained ? ComparisonCard::tr("%1, untrained").arg(row.title) : row.title;
}

QString wholeText(const ComparedBackbone &row)
{
    return ComparisonCard::tr("%1: %2 held-out loss than always answering the mean, %3")
        .arg(nameText(row), std::abs(row.gain) < 0.005 ? ComparisonCard::tr("no other") : percentText(row.gain),
             runText(row));
}

}  // namespace

std::vector<ComparedBackbone> compareBackbones(const std::vector<RunRecord> &runs, const std::string &datasetHash,
                                               const std::function<QString(const std::string &)> &titleOf)
{
    std::map<std::string, ComparedBackbone> best;
    for (const RunRecord &run : runs) {
        const double gain = gainOverMean(run.bestValidationLoss, run.meanPredictorLoss).value_or(std::nan(""));
        if (datasetHash.empty() || run.datasetHash != datasetHash || !isFinished(run) || run.bestEpoch == 0
            || !std::isfinite(gain))
            continue;
        const std::string id = shortBackbone(run.backbone).toStdString();
        const bool untrained = isUntrainedBackbone(run.backbone);
        const bool own = isOwnNetwork(id);
        ComparedBackbone &row = best[own ? run.backbone : untrained ? id + "?" : id];
        if (++row.runs == 1 || gain > row.gain) {
            row.run = run.run;
            row.gain = gain;
        }
        row.untrained = untrained;
        row.title = own && !run.weightsFile.empty() ? QFileInfo(QString::fromStdString(run.weightsFile)).fileName()
                    : own                           ? ComparisonCard::tr("Your own network")
                                                    : titleOf(id);
    }
    std::vector<ComparedBackbone> rows;
    for (const auto &[key, row] : best)
        rows.push_back(row);
    std::ranges::stable_sort(rows, [](const auto &a, const auto &b) { return a.gain > b.gain; });
    return rows;
}

ComparisonRow::ComparisonRow(QWidget *parent) : QAbstractButton(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ComparisonRow::setRow(const ComparedBackbone &row, double least, double most)
{
    m_row = row;
    m_least = least;
    m_most = most;
    setAccessibleName(wholeText(row));
    setAccessibleDescription(tr("Shows this run on the Train page"));
    updateGeometry();
    update();
}

QSize ComparisonRow::sizeHint() const
{
    return {400, std::max(kRowHeight, fontMetrics().height() + 2 * kInset)};
}

bool ComparisonRow::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        setToolTip(plainToolTip(tr("%1. Click to see the run.").arg(wholeText(m_row))));
    }
    return QAbstractButton::event(event);
}

void ComparisonRow::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QAbstractButton::keyPressEvent(event);
}

void ComparisonRow::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokensFor(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF whole = QRectF(rect()).adjusted(1, 1, -1, -1);
    if (underMouse() || isDown()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isDown() ? t.accentSoft : t.sunken);
        painter.drawRoundedRect(whole, 6, 6);
    }
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(whole, 6, 6);
    }
    const QFont caption = fontFor(TextRole::Caption);
    const QFontMetrics small(caption);
    const int figure = small.horizontalAdvance(tr("over 10 × more")) + 4;
    const int meta = small.horizontalAdvance(tr("run %1, best of %2").arg(8888).arg(88)) + 4;
    const QRect inner = rect().adjusted(kInset, 0, -kInset, 0);
    const int name = std::clamp(inner.width() / 4, 110, 240);
    const auto place = [&](int x, int width) {
        return QStyle::visualRect(layoutDirection(), rect(), QRect(x, 0, width, height()));
    };
    const int left = static_cast<int>(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignVCenter);
    painter.setFont(fontFor(TextRole::Body));
    painter.setPen(t.text);
    painter.drawText(place(inner.left(), name), left,
                     painter.fontMetrics().elidedText(nameText(m_row), Qt::ElideRight, name));

    const int barX = inner.left() + name + kGap;
    const int barWidth = std::max(20, inner.right() + 1 - meta - kGap - figure - kGap - barX);
    const QRectF bar(place(barX, barWidth));
    const double span = m_most - m_least;
    const auto at = [&](double gain) {
        const double share = std::clamp((gain - m_least) / span, 0.0, 1.0);
        return layoutDirection() == Qt::RightToLeft ? bar.right() - share * bar.width()
                                                    : bar.left() + share * bar.width();
    };
    const QRectF track(bar.left(), height() / 2.0 - kBarHeight / 2.0, bar.width(), kBarHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.sunken);
    painter.drawRoundedRect(track, kBarHeight / 2.0, kBarHeight / 2.0);
    const double from = std::min(at(0), at(m_row.gain)), to = std::max(at(0), at(m_row.gain));
    if (to - from >= 1) {
        QPainterPath clip;
        clip.addRoundedRect(track, kBarHeight / 2.0, kBarHeight / 2.0);
        painter.save();
        painter.setClipPath(clip);
        const QColor colour = m_row.gain > 0 ? t.accent : t.bad;
        // Untrained ones are hatched: colour alone would not tell.
        painter.setBrush(m_row.untrained ? QBrush(colour, Qt::BDiagPattern) : QBrush(colour));
        painter.drawRect(QRectF(from, track.top(), to - from, track.height()));
        painter.restore();
    }
    painter.setPen(QPen(t.baseline, 1.5));
    painter.drawLine(QPointF(at(0), track.top() - 4), QPointF(at(0), track.bottom() + 4));

    painter.setFont(caption);
    painter.setPen(m_row.gain <= -0.005 ? t.bad : t.text);
    painter.drawText(place(barX + barWidth + kGap, figure), left, percentText(m_row.gain));
    painter.setPen(t.muted);
    painter.drawText(place(inner.right() + 1 - meta, meta), left, runText(m_row));
}

ComparisonCard::ComparisonCard(Session &session, QWidget *parent)
    : Card(tr("Compared on this dataset"), parent), m_session(session), m_rows(new QVBoxLayout)
{
    m_rows->setSpacing(2);
    body()->addLayout(m_rows);
    body()->addWidget(
        paragraph(tr("Held-out loss of each one's best run, against always answering the mean (the tick). Runs may "
                     "differ in their settings."),
                  this));
    hide();
}

void ComparisonCard::refresh()
{
    std::vector<ComparedBackbone> rows;
    if (const auto dataset = m_session.data().dataset())
        rows = compareBackbones(m_session.runs().all(), dataset->contentHash(),
                                [this](const std::string &id) { return m_session.features().titleOf(id); });
    if (rows.size() < 2)
        rows.clear();
    while (m_shown.size() > rows.size()) {
        m_shown.back()->hide();
        m_shown.back()->deleteLater();
        m_shown.pop_back();
    }
    while (m_shown.size() < rows.size()) {
        auto *row = new ComparisonRow(this);
        connect(row, &ComparisonRow::clicked, this, [this, row] { emit runChosen(row->run()); });
        m_rows->addWidget(row);
        m_shown.push_back(row);
    }
    double least = 0, most = kLeastAxis;
    for (const ComparedBackbone &row : rows) {
        least = std::max(-1.0, std::min(least, row.gain));
        most = std::max(most, row.gain);
    }
    QStringList told;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        m_shown[i]->setRow(rows[i], least, most);
        told << wholeText(rows[i]);
    }
    setAccessibleDescription(told.join(QStringLiteral(". ")));
    setVisible(!rows.empty());
}

}  // namespace dank::ui
