#include "ui/features/backbone_card.h"

#include <QFileInfo>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPushButton>

#include <algorithm>

#include "core/backbone/own_network.h"
#include "ui/lanes/thumbnails.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kMark = 14;

QPushButton *linkButton(const QString &text, QWidget *parent)
{
    auto *button = new QPushButton(text, parent);
    button->setProperty("link", true);
    return button;
}

TextLabel *caption(QWidget *parent)
{
    return new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, parent);
}

QString downloadText(const WeightsJob &job)
{
    if (job.state == WeightsJob::State::Stopping)
        return QStringLiteral("Stopping…");
    if (job.stage == "verify")
        return QStringLiteral("Checking the file…");
    if (!job.stage.empty())
        return QStringLiteral("Installing…");
    QStringList parts{bytesOfText(job.done, job.total)};
    if (job.bytesPerSecond > 0) {
        parts << QStringLiteral("%1/s").arg(bytesText(static_cast<quint64>(job.bytesPerSecond)));
        if (job.total > job.done)
            parts << QStringLiteral("%1 left").arg(
                aboutDuration(static_cast<double>(job.total - job.done) / job.bytesPerSecond));
    }
    return parts.join(QStringLiteral(" · "));
}

}  // namespace

BackboneCard::BackboneCard(QWidget *parent)
    : Card(QStringLiteral("…"), parent), m_mark(new QLabel(this)), m_badge(caption(this)), m_sizes(caption(this)),
      m_summary(caption(this)), m_weights(caption(this)),
      m_untrained(linkButton(QStringLiteral("Use untrained"), this)),
      m_own(linkButton(QStringLiteral("Use installed"), this)), m_bar(newBar({}, this)), m_count(caption(this)),
      m_cancel(new QPushButton(QStringLiteral("Cancel"), this)), m_time(caption(this)),
      m_download(new QPushButton(this)), m_file(linkButton(QStringLiteral("Choose file…"), this)),
      m_other(linkButton(QStringLiteral("Other weights…"), this))
{
    setProperty("clickable", true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    m_mark->setFixedSize(kMark, kMark);
    m_mark->hide();
    followPalette(this, [this] {
        m_mark->setPixmap(icon(QStringLiteral("check"), tokensFor(palette()).accent)
                              .pixmap(QSize(kMark, kMark), devicePixelRatioF()));
    });
    setTitleElided();
    m_summary->setWordWrap(true);
    m_weights->setElided(true);
    m_time->setElided(true);
    m_untrained->setToolTip(QStringLiteral("Seeded random numbers: enough to try everything out, but every score made "
                                           "with them is marked untrained"));
    header()->insertWidget(0, m_mark);
    header()->addWidget(m_badge);
    body()->setSpacing(4);
    body()->addWidget(m_sizes);
    body()->addWidget(m_summary);
    auto *words = newBox<QHBoxLayout>(4);
    words->addWidget(m_weights, 1);
    words->addWidget(m_untrained);
    words->addWidget(m_own);
    body()->addLayout(words);
    body()->addSpacing(4);
    body()->addStretch(1);
    auto *progress = newBox<QHBoxLayout>(10);
    progress->addWidget(m_bar, 1);
    progress->addWidget(m_count);
    progress->addWidget(m_cancel);
    body()->addLayout(progress);
    auto *last = newBox<QHBoxLayout>(6);
    last->addWidget(m_download);
    last->addWidget(m_file);
    last->addWidget(m_time, 1);
    last->addWidget(m_other);
    last->addStretch(0);
    body()->addLayout(last);
    QWidget *before = this;  // by Tab in the order of the eye
    for (QPushButton *button : {m_untrained, m_own, m_cancel, m_download, m_file, m_other}) {
        button->setCursor(Qt::ArrowCursor);
        setTabOrder(before, button);
        before = button;
    }
    connect(m_download, &QPushButton::clicked, this,
            [this] { m_entry.isEmpty() ? emit downloadClicked(m_id) : emit resumeClicked(m_entry); });
    connect(m_other, &QPushButton::clicked, this,
            [this] { m_isOwn ? emit fileClicked(m_id) : emit downloadClicked(m_id); });
    connect(m_file, &QPushButton::clicked, this, [this] { emit fileClicked(m_id); });
    connect(m_cancel, &QPushButton::clicked, this, &BackboneCard::cancelClicked);
    connect(m_untrained, &QPushButton::clicked, this, [this] { emit weightsChosen(m_id, QStringLiteral("none")); });
    connect(m_own, &QPushButton::clicked, this, [this] { emit weightsChosen(m_id, QString()); });
}

BackboneCard::Weights BackboneCard::weightsOf(const BackboneStatus &status, const BackboneRequest &request) const
{
    if (status.kind == BackboneKind::Classic)
        return Weights::None;
    if (isOwnNetwork(status.kind))
        return status.id.empty() ? Weights::NoOwn : status.columns > 0 ? Weights::Own : Weights::BadOwn;
    if (m_chosen && request.weights == "none")
        return Weights::Untrained;
    if (m_chosen && !request.weights.empty())
        return Weights::File;
    return status.weights.empty() ? Weights::Missing : Weights::Installed;
}

void BackboneCard::setStatus(const BackboneStatus &status, const BackboneRequest &request, bool locked,
                             const BackboneDownload &download)
{
    m_id = QString::fromStdString(status.id);
    m_locked = locked;
    m_entry = QString::fromStdString(download.entry.id);
    setChosen(!status.id.empty() && (request.backbone.empty() ? status.isDefault : request.backbone == status.id));
    const Weights weights = weightsOf(status, request);
    showWords(status, request, weights);
    showButtons(status, weights, download);
    const bool ready = weights != Weights::Missing && weights != Weights::NoOwn && weights != Weights::BadOwn;
    if (download.job.isBusy())
        showDownload(download.job);
    else
        showKept(status, ready);
    if (download.job.state == WeightsJob::State::Failed && weights == Weights::Missing) {
        m_weights->setText(download.job.error);
        m_weights->setTone(TextLabel::Tone::Bad);
        m_weights->show();
    }
    const QString kept = m_count->isHidden() ? QString() : QStringLiteral(", %1 kept").arg(m_count->text());
    setAccessibleDescription(
        QStringLiteral("%1%2%3. %4")
            .arg(m_badge->text(), kept, m_chosen ? QStringLiteral(", chosen") : QString(), m_summary->text()));
}

void BackboneCard::showWords(const BackboneStatus &status, const BackboneRequest &request, Weights weights)
{
    QString title = QString::fromStdString(status.title);
    QString summary = QString::fromStdString(status.summary);
    QStringList sizes;
    if (status.columns > 0)
        sizes << QStringLiteral("%1 numbers").arg(groupedNumber(status.columns));
    if (status.inputSide > 0)
        sizes << QStringLiteral("%1 × %1").arg(status.inputSide);
    else if (status.kind == BackboneKind::Classic)
        sizes << QStringLiteral("whole picture");
    QString about;
    auto tone = TextLabel::Tone::Muted;
    switch (weights) {
    case Weights::None:
        setBadge(QStringLiteral("nothing to install"), TextLabel::Tone::Ok);
        about = QStringLiteral("The place to start: it needs nothing.");
        break;
    case Weights::Missing:
        setBadge(QStringLiteral("not installed"), TextLabel::Tone::Muted);
        if (!status.problem.empty()) {  // there is a file, and it is damaged
            setBadge(QStringLiteral("cannot be used"), TextLabel::Tone::Bad);
            about = QString::fromStdString(status.problem);
            tone = TextLabel::Tone::Bad;
        } else if (status.imagesPerSecond > 0 && status.total > 0)
            about = QStringLiteral("%1 once installed")
                        .arg(aboutDuration(static_cast<double>(status.total) / status.imagesPerSecond));
        else if (m_chosen)
            about = QStringLiteral("It has no weights yet.");
        break;
    case Weights::Installed:
        setBadge(QStringLiteral("installed"), TextLabel::Tone::Ok);
        about = status.origin.empty() ? QFileInfo(toQString(status.weights)).fileName()
                                      : QString::fromStdString(status.origin);
        break;
    case Weights::Untrained:
        setBadge(QStringLiteral("untrained"), TextLabel::Tone::Warn);
        about = QStringLiteral("Random numbers, for trying out.");
        tone = TextLabel::Tone::Warn;
        break;
    case Weights::File:
        setBadge(QStringLiteral("your file"), TextLabel::Tone::Ok);
        about = QString::fromStdString(request.weights);
        break;
    case Weights::Own:
        if (status.kind == BackboneKind::TorchScript)
            setBadge(QStringLiteral("your own program"), TextLabel::Tone::Warn);
        else
            setBadge(QStringLiteral("your own network"), TextLabel::Tone::Ok);
        about = m_id;
        break;
    case Weights::BadOwn:
        setBadge(QStringLiteral("cannot be used"), TextLabel::Tone::Bad);
        title = QFileInfo(m_id).fileName();
        summary = QString::fromStdString(status.problem);
        break;
    case Weights::NoOwn:
        setBadge({}, TextLabel::Tone::Muted);
        title = QStringLiteral("Your own network");
        sizes = QStringList{QStringLiteral("ONNX"), QStringLiteral("TorchScript")};
        summary = QStringLiteral(
            "An ONNX file, which is data, or a TorchScript file, which is a program; its preprocessing in a "
            "small JSON beside it.");
        break;
    }
    setTitle(title);
    m_sizes->setText(sizes.join(QStringLiteral(" · ")));
    m_sizes->setVisible(!sizes.isEmpty());
    m_summary->setText(summary);
    m_summary->setTone(weights == Weights::BadOwn ? TextLabel::Tone::Bad : TextLabel::Tone::Muted);
    m_summary->setVisible(!summary.isEmpty());
    m_weights->setText(about);
    m_weights->setTone(tone);
    m_weights->setVisible(!about.isEmpty());
}

void BackboneCard::showButtons(const BackboneStatus &status, Weights weights, const BackboneDownload &download)
{
    const QString title = QString::fromStdString(status.title);
    const bool busy = download.job.isBusy();
    const bool lacks = (weights == Weights::Missing || weights == Weights::Untrained) && !busy;
    const bool program = m_isOwn = isOwnNetwork(status.kind);
    const bool begun = !m_entry.isEmpty();
    const quint64 whole = begun                   ? download.entry.shownBytes()
                          : status.offers.empty() ? 0
                                                  : status.offers.front().shownBytes();
    if (begun && download.partial > 0)
        m_download->setText(QStringLiteral("Resume (%1)").arg(bytesOfText(download.partial, whole)));
    else if (begun)
        m_download->setText(QStringLiteral("Try again"));
    else
        m_download->setText(whole > 0 ? QStringLiteral("Download… (%1)").arg(bytesText(whole))
                                      : QStringLiteral("Download…"));
    m_download->setAccessibleName(QStringLiteral("%1: %2").arg(title, m_download->text()));
    m_download->setVisible(lacks && !status.offers.empty());
    m_download->setEnabled(!download.othersBusy);
    const QString wait = QStringLiteral("One download at a time: wait for the other, or cancel it");
    m_download->setToolTip(download.othersBusy ? wait : QString());
    setFlag(*m_download, "primary", m_chosen && weights == Weights::Missing);
    m_file->setVisible((lacks || weights == Weights::NoOwn) && !busy);
    setFlag(*m_file, "link", weights != Weights::NoOwn);
    m_file->setAccessibleName(
        QStringLiteral("%1: %2").arg(program ? QStringLiteral("Your own network") : title, m_file->text()));
    m_file->setEnabled(program ? !m_locked : !download.othersBusy);
    m_file->setToolTip(
        program ? QStringLiteral("An ONNX file (*.onnx) or a TorchScript file (*.pt)")
        : download.othersBusy
            ? wait
            : QStringLiteral("A .safetensors, .pth or .h5 file, or a model.json; it is copied into the library"));
    const bool chosenOwn = program && weights != Weights::NoOwn;
    m_other->setVisible((m_chosen && weights == Weights::Installed && !busy) || chosenOwn);
    m_other->setText(program ? QStringLiteral("Choose another…") : QStringLiteral("Other weights…"));
    m_other->setAccessibleName(QStringLiteral("%1: %2").arg(title, m_other->text()));
    m_other->setEnabled(!program || !m_locked);
    m_untrained->setVisible(m_chosen && weights == Weights::Missing && !busy);
    m_own->setVisible(!status.weights.empty() && (weights == Weights::Untrained || weights == Weights::File));
    for (QPushButton *button : {m_untrained, m_own})
        button->setEnabled(!m_locked);
}

void BackboneCard::showKept(const BackboneStatus &status, bool ready)
{
    m_cancel->hide();
    const auto total = static_cast<qint64>(status.total), kept = static_cast<qint64>(status.cached);
    const bool shown = (ready || kept > 0) && total > 0;
    m_bar->setVisible(shown);
    m_count->setVisible(shown);
    m_bar->setAccessibleName(QStringLiteral("Kept features"));
    showProgress(*m_bar, status.cached, status.total);
    m_count->setText(QStringLiteral("%1 of %2").arg(groupedNumber(kept), groupedNumber(total)));
    const qint64 missing = std::max<qint64>(0, total - kept);
    QString time;
    if (shown && missing == 0)
        time = QStringLiteral("all done");
    else if (shown && status.imagesPerSecond > 0)
        time =
            QStringLiteral("%1 for the rest").arg(aboutDuration(static_cast<double>(missing) / status.imagesPerSecond));
    else if (shown)
        time = QStringLiteral("known after the first ones");
    m_time->setText(time);
    m_time->setVisible(ready && !time.isEmpty() && m_download->isHidden());
}

void BackboneCard::showDownload(const WeightsJob &job)
{
    const bool stopping = job.state == WeightsJob::State::Stopping;
    setBadge(stopping            ? QStringLiteral("stopping")
             : job.stage.empty() ? QStringLiteral("downloading")
                                 : QStringLiteral("installing"),
             TextLabel::Tone::Accent);
    m_bar->show();
    m_bar->setAccessibleName(QStringLiteral("Download"));
    // What cannot be measured moves.
    showProgress(*m_bar, job.done, job.stage.empty() || job.stage == "verify" ? job.total : 0);
    m_count->hide();
    m_cancel->show();
    m_cancel->setEnabled(!stopping);
    m_cancel->setAccessibleName(QStringLiteral("Cancel the download"));
    m_weights->hide();
    m_time->setText(downloadText(job));
    m_time->show();
}

void BackboneCard::setChosen(bool chosen)
{
    m_mark->setVisible(chosen);
    m_chosen = chosen;
    setFlag(*this, "selected", chosen);
}

void BackboneCard::setBadge(const QString &text, TextLabel::Tone tone)
{
    m_badge->setText(text);
    m_badge->setTone(tone);
}

void BackboneCard::choose()
{
    if (m_locked)
        return;
    if (m_id.isEmpty())
        emit fileClicked(m_id);
    else
        emit selected(m_id);
}

void BackboneCard::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        choose();
    Card::mouseReleaseEvent(event);
}

void BackboneCard::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        choose();
    else
        Card::keyPressEvent(event);
}

}  // namespace dank::ui
