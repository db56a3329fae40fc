#include "ui/features/arrivals_card.h"

#include <QPainter>
#include <QPushButton>

#include <cmath>

#include "ui/memes/meme_grid.h"
#include "ui/memes/skipped_dialog.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kPicture = 64;
constexpr int kGap = 8;

QString speed(double imagesPerSecond)
{
    return imagesPerSecond > 0 ? QStringLiteral("%1 images/s")
                                     .arg(imagesPerSecond < 10 ? QString::number(imagesPerSecond, 'f', 1)
                                                               : groupedNumber(std::lround(imagesPerSecond)))
                               : QString();
}

}  // namespace

/// The pictures whose features arrived last, newest first.
class ArrivalStrip : public QWidget {
public:
    ArrivalStrip(Session &session, QWidget *parent) : QWidget(parent), m_session(session)
    {
        setFixedHeight(kPicture);
        setAccessibleName(QStringLiteral("Pictures that arrived last"));
        connect(&session.thumbnails(), &Thumbnails::ready, this, [this] { update(); });
    }
    QSize sizeHint() const override { return {8 * (kPicture + kGap), kPicture}; }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const auto dataset = m_session.data().dataset();
        if (!dataset)
            return;
        QPainter painter(this);
        const auto &arrivals = m_session.features().arrivals();
        int x = 0;
        // Whole pictures only; a cut one at the edge would look like a fault.
        for (auto id = arrivals.rbegin(); id != arrivals.rend() && x + kPicture <= width(); ++id) {
            if (const MemeRecord *meme = dataset->find(*id)) {
                const QRect square = QStyle::visualRect(layoutDirection(), rect(), QRect(x, 0, kPicture, kPicture));
                drawThumbnail(painter, square, m_session.thumbnails().get(meme->image), palette());
                x += kPicture + kGap;
            }
        }
    }

private:
    Session &m_session;
};

ArrivalsCard::ArrivalsCard(Session &session, QWidget *parent)
    : Card(QStringLiteral("Arriving now"), parent), m_session(session), m_skipped(new QPushButton(this)),
      m_strip(new ArrivalStrip(session, this)), m_summary(paragraph({}, this, TextRole::Body, TextLabel::Tone::Normal)),
      m_precision(paragraph({}, this)), m_device(paragraph({}, this))
{
    m_skipped->setProperty("link", true);
    header()->addWidget(m_skipped);
    addWidgets(*body(), {m_summary, m_precision, m_device, m_strip});
    connect(m_skipped, &QPushButton::clicked, this, &ArrivalsCard::showSkipped);
}

void ArrivalsCard::update()
{
    const JobStatus &job = m_session.jobs().status();
    const ExtractEvent &event = m_session.features().extraction();
    const auto report = m_session.features().summary();
    // Training extracts first what is missing, under the same verb.
    const bool extracting =
        job.kind == JobKind::Extract || (job.kind == JobKind::Train && !m_session.chart().shown().live);
    const bool running = extracting && (job.state == JobState::Running || job.state == JobState::Stopping);
    const bool failed = job.kind == JobKind::Extract && job.state == JobState::Failed;

    setTitle(running  ? QStringLiteral("Arriving now")
             : report ? QStringLiteral("Ready")
                      : QStringLiteral("Last arrived"));
    QStringList line;
    if (running)
        line << speed(event.imagesPerSecond);
    if (running && job.state == JobState::Stopping)
        line << QStringLiteral("stopping after the current batch");
    line.removeAll(QString());
    setSubtitle(line.join(QStringLiteral(" · ")));

    QString summary;
    auto tone = TextLabel::Tone::Normal;
    if (failed) {
        tone = TextLabel::Tone::Bad;
        summary = QStringLiteral("The last extraction was stopped by an error. What was computed until then is kept.");
    } else if (!running && report) {
        QStringList parts{
            QStringLiteral("%1 × %2 numbers")
                .arg(countOf(static_cast<qint64>(report->rows), QStringLiteral("meme"), QStringLiteral("memes")),
                     groupedNumber(static_cast<qint64>(report->columns)))};
        parts << QStringLiteral("%1 computed, %2 kept from before")
                     .arg(groupedNumber(static_cast<qint64>(report->computed)),
                          groupedNumber(static_cast<qint64>(report->cached)));
        if (report->computed > 0 && report->imagesPerSecond > 0)
            parts << speed(report->imagesPerSecond);
        if (report->untrained) {
            parts << QStringLiteral("untrained weights: random numbers, for trying out");
            tone = TextLabel::Tone::Warn;
        }
        summary = parts.join(QStringLiteral(" · "));
    }
    m_summary->setText(summary);
    m_summary->setTone(tone);
    m_summary->setVisible(!summary.isEmpty());
    const QString precision = report && !running ? QString::fromStdString(report->precisionNote) : QString();
    const QString device = report && !running ? QString::fromStdString(report->deviceNote) : QString();
    m_precision->setText(precision);
    m_precision->setVisible(!precision.isEmpty());
    m_device->setText(device);
    m_device->setVisible(!device.isEmpty());

    const auto skipped = static_cast<qint64>(!running && report ? report->skipped.size() : event.skipped.size());
    m_skipped->setText(QStringLiteral("%1 skipped · view").arg(groupedNumber(skipped)));
    m_skipped->setVisible(skipped > 0);
    m_strip->setVisible(!m_session.features().arrivals().empty());
    m_strip->update();
    setVisible(running || failed || report || !m_session.features().arrivals().empty());
}

void ArrivalsCard::showSkipped()
{
    const auto report = m_session.features().summary();
    openDialog<SkippedDialog>(m_session.data(), report ? report->skipped : m_session.features().extraction().skipped,
                              std::nullopt, this);
}

}  // namespace dank::ui
