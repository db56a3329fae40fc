#include "ui/dataset/dataset_cards.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>

#include "ui/charts/chart_export.h"
#include "ui/charts/histogram_chart.h"
#include "ui/charts/number_text.h"
#include "ui/fetch/fetch_dialog.h"
#include "ui/memes/skipped_dialog.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kRow = 32;

/// A row of the list with a line under it.
class ReasonRow : public QWidget {
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.fillRect(QRect(0, height() - 1, width(), 1), tokensFor(palette()).line);
    }
};

}  // namespace

UpvotesCard::UpvotesCard(QWidget *parent)
    : Card(QStringLiteral("Upvotes"), parent), m_chart(new HistogramChart(this)), m_scale(new Chip({}, this)),
      m_target(new Chip({}, this))
{
    auto *scales = new QMenu(this);
    auto *scaleGroup = new QActionGroup(this);
    for (const auto &[scale, text] : {std::pair{BinScale::Log, QStringLiteral("&Log bins")},
                                      std::pair{BinScale::Linear, QStringLiteral("Li&near bins")}}) {
        QAction *action = scales->addAction(text);
        action->setCheckable(true);
        action->setChecked(scale == m_chart->scale());
        action->setData(static_cast<int>(scale));
        scaleGroup->addAction(action);
        connect(action, &QAction::triggered, this, [this, wanted = scale] {
            m_chart->setScale(wanted);
            updateChips();
        });
    }
    m_scale->setMenu(scales);
    m_scale->setToolTip(QStringLiteral("Width of the bins (Ctrl+L)"));

    auto *targets = new QMenu(this);
    auto *targetGroup = new QActionGroup(this);
    for (const auto &[kind, text] : {std::pair{TargetKind::Max, QStringLiteral("&max: upvotes / the most")},
                                     std::pair{TargetKind::Log, QStringLiteral("&log: by orders of magnitude")},
                                     std::pair{TargetKind::Percentile, QStringLiteral("&percentile: by rank")}}) {
        QAction *action = targets->addAction(text);
        action->setCheckable(true);
        action->setData(static_cast<int>(kind));
        targetGroup->addAction(action);
        connect(action, &QAction::triggered, this, [this, wanted = kind] {
            setTarget(wanted);
            emit targetChanged(wanted);
        });
    }
    m_target->setMenu(targets);
    m_target->setToolTip(QStringLiteral("How upvotes become the number that the network learns"));
    header()->addWidget(m_scale);
    header()->addWidget(m_target);
    body()->addWidget(m_chart, 1);
    connectChartExport(*m_chart->upvotes(), QStringLiteral("upvotes"));
    connectChartExport(*m_chart->dankness(), QStringLiteral("dankness"));
    updateChips();
}

void UpvotesCard::setDataset(std::shared_ptr<const Dataset> dataset)
{
    if (dataset) {
        ChartProvenance from;
        from.dataset = QString::fromStdString(dataset->name());
        from.datasetHash = QString::fromStdString(dataset->contentHash());
        m_chart->upvotes()->setProvenance(from);
        m_chart->dankness()->setProvenance(from);
        // A file of labels: what there is to see is the target.
        const bool upvotes = dataset->hasUpvotes();
        setTitle(upvotes ? tr("Upvotes") : tr("Label"));
        m_scale->setVisible(upvotes);
        m_target->setVisible(upvotes);
    }
    m_chart->setDataset(std::move(dataset));
}

void UpvotesCard::setTarget(TargetKind target)
{
    m_chart->setTarget(target);
    updateChips();
}

void UpvotesCard::setPreview(std::shared_ptr<const TargetPreview> preview)
{
    m_chart->setPreview(std::move(preview));
}

void UpvotesCard::toggleScale()
{
    m_chart->setScale(m_chart->scale() == BinScale::Log ? BinScale::Linear : BinScale::Log);
    updateChips();
}

void UpvotesCard::updateChips()
{
    m_scale->setText(m_chart->scale() == BinScale::Log ? QStringLiteral("log bins ▾")
                                                       : QStringLiteral("linear bins ▾"));
    m_target->setText(QStringLiteral("target: %1 ▾").arg(QLatin1String(targetKindName(m_chart->target()))));
    for (QAction *action : m_scale->menu()->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(m_chart->scale()));
    for (QAction *action : m_target->menu()->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(m_chart->target()));
}

SetAsideCard::SetAsideCard(Session &session, QWidget *parent)
    : Card(QStringLiteral("Set aside"), parent), m_session(session), m_scroll(new QScrollArea(this)),
      m_note(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_note->setWordWrap(true);
    body()->addWidget(m_scroll, 1);
    body()->addWidget(m_note);
}

void SetAsideCard::setRows(std::span<const Skipped> rows)
{
    m_list = new QWidget;
    m_list->setAutoFillBackground(false);
    auto *layout = newBox<QVBoxLayout>(0, m_list);
    for (const auto &[reason, count] : countReasons(rows)) {
        auto *row = new ReasonRow(m_list);
        row->setFixedHeight(kRow);
        auto *line = new QHBoxLayout(row);
        line->setContentsMargins(8, 0, 8, 1);
        auto *name = new TextLabel(QString::fromLatin1(skipReasonText(reason)), static_cast<int>(TextRole::Body));
        name->setElided(true);
        auto *number = new TextLabel(groupedNumber(static_cast<qint64>(count)), static_cast<int>(TextRole::Body));
        auto *show = new QPushButton(QStringLiteral("Show"), row);
        show->setProperty("link", true);
        show->setAccessibleName(QStringLiteral("Show rows: %1").arg(name->text()));
        connect(show, &QPushButton::clicked, this, [this, wanted = reason] { emit showRequested(wanted); });
        line->addWidget(name, 1);
        line->addWidget(number);
        line->addSpacing(6);
        if (reason == SkipReason::ImageMissing) {
            auto *fetch = new QPushButton(tr("Fetch…"), row);
            fetch->setObjectName(QStringLiteral("fetchMissing"));
            fetch->setProperty("link", true);
            fetch->setToolTip(tr("See which of them could be downloaded, and from where"));
            connect(fetch, &QPushButton::clicked, this, [this] { openDialog<FetchDialog>(m_session, this); });
            line->addWidget(fetch);
        }
        line->addWidget(show);
        layout->addWidget(row);
    }
    layout->addStretch(1);
    m_scroll->setWidget(m_list);
    m_list->setAutoFillBackground(false);
    m_scroll->setVisible(!rows.empty());
    m_note->setText(rows.empty()
                        ? QStringLiteral("Nothing: every row can be used.")
                        : QStringLiteral("Nothing is dropped silently: every row is listed with what was found."));
    if (rows.empty())
        body()->setAlignment(m_note, Qt::AlignTop);
}

}  // namespace dank::ui
