#include "ui/features/features_page.h"

#include <QComboBox>
#include <QFileInfo>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedLayout>

#include <algorithm>
#include <iterator>

#include "core/backbone/own_network.h"
#include "ui/features/arrivals_card.h"
#include "ui/features/backbone_card.h"
#include "ui/features/own_network_dialog.h"
#include "ui/features/text_card.h"
#include "ui/features/weights_dialog.h"
#include "ui/runs/comparison_card.h"
#include "ui/session/next_step.h"
#include "ui/widgets/card.h"
#include "ui/widgets/card_grid.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/window_dialogs.h"

namespace dank::ui {

namespace {

constexpr int kMargin = 20;
constexpr int kGap = 14;
constexpr int kLeastCard = 300, kMostColumns = 5;

constexpr auto kWeightFiles = "Weights (*.safetensors *.pth *.pt *.bin *.h5 *.hdf5 model.json);;All files (*)";
constexpr auto kOwnFiles = "Networks (*.onnx *.pt *.pth *.ts *.torchscript);;All files (*)";

QComboBox *combo(std::initializer_list<std::pair<const char *, const char *>> entries, const QString &name)
{
    auto *box = new QComboBox;
    for (const auto &[value, text] : entries)
        box->addItem(QString::fromUtf8(text), QLatin1String(value));
    box->setAccessibleName(name);
    box->setMinimumContentsLength(8);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    return box;
}

void choose(QComboBox *box, const std::string &value)
{
    const QString text = QString::fromStdString(value);
    if (box->findData(text) < 0)
        box->addItem(menuText(text, 24), text);
    box->setCurrentIndex(box->findData(text));
}

struct FeaturesPage : QWidget {
    FeaturesPage(Session &s, std::function<void(Page)> goes, QWidget *parent);

    void build();
    Card *buildOptions();
    void refresh();
    void updateCards(bool locked);
    BackboneCard *newCard();
    BackboneDownload downloadOf(const BackboneStatus &status) const;
    BackboneStatus ownNetwork();
    void chooseWeights(const QString &id, const QString &weights);
    void askWhatToDownload(const QString &id);
    void askForWeights();
    void askForOwnNetwork();
    bool locked() const;
    void request(const std::function<void(BackboneRequest &)> &change);

    Session &session;
    std::function<void(Page)> goTo;
    QStackedLayout *stack = nullptr;
    EmptyState *empty = nullptr, *waiting = nullptr;
    QWidget *content = nullptr;
    PageHeader *header = nullptr;
    QPushButton *extract = nullptr;
    CardGrid *cards = nullptr;
    std::vector<BackboneCard *> backbones;
    BackboneCard *own = nullptr;
    BackboneStatus lastOwn;  ///< the user's own network, remembered while another is chosen
    Card *options = nullptr;
    ComparisonCard *comparison = nullptr;
    QComboBox *device = nullptr, *precision = nullptr;
    QSpinBox *batch = nullptr;
    ArrivalsCard *arrivals = nullptr;
    TextCard *texts = nullptr;
    bool showing = false;  ///< the controls are being set from the Session
};

FeaturesPage::FeaturesPage(Session &s, std::function<void(Page)> goes, QWidget *parent)
    : QWidget(parent), session(s), goTo(std::move(goes))
{
    lastOwn.kind = BackboneKind::TorchScript;
    build();
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        if (change.as<MemeIds>() && change == Change::Features)
            return;  // arrivals: the job tells of them too
        switch (change.kind) {
        case Change::Engine:
        case Change::Dataset:
        case Change::Features:
        case Change::Texts:
        case Change::Weights:
        case Change::Runs:
        case Change::Settings:
        case Change::Job:
        case Change::Training: refresh(); break;
        default: break;
        }
    });
    refresh();
}

void FeaturesPage::build()
{
    stack = new QStackedLayout(this);
    empty = new EmptyState(QStringLiteral("features"),
                           QStringLiteral("Open a dataset first: every picture in it becomes a row of numbers."),
                           QStringLiteral("&Open a dataset…"));
    empty->setHint(QStringLiteral("or drop it here"));
    auto *sample = new QPushButton(QStringLiteral("Try the &sample"));
    sample->setProperty("link", true);
    empty->extra()->addWidget(sample, 0, Qt::AlignHCenter);
    connect(sample, &QPushButton::clicked, &session, &Session::openSample);
    connect(empty, &EmptyState::clicked, this, [this] {
        const QString file = askForDataset(this);
        if (!file.isEmpty())
            session.data().open(file);
    });
    waiting = new EmptyState(QStringLiteral("device"), {}, {});

    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setAutoFillBackground(false);
    auto *inner = new QWidget;
    inner->setAutoFillBackground(false);
    auto *layout = newBox<QVBoxLayout>(kGap, inner, {kMargin, kMargin - 2, kMargin, kMargin});
    header = new PageHeader(QStringLiteral("Features"));
    header->setSubtitle(
        QStringLiteral("Each picture becomes a row of numbers, once; kept, so the next run starts at once"));
    extract = new QPushButton(QStringLiteral("E&xtract missing"));
    extract->setObjectName(QStringLiteral("extractButton"));
    connect(extract, &QPushButton::clicked, &session, [this] { session.features().extract(); });
    header->controls()->addWidget(extract);
    layout->addWidget(header);
    cards = new CardGrid(kLeastCard, kMostColumns);
    own = newCard();
    options = buildOptions();
    layout->addWidget(cards);
    layout->addWidget(options);
    comparison = new ComparisonCard(session);
    connect(comparison, &ComparisonCard::runChosen, this, [this](qint64 run) {
        session.runs().show(run);
        goTo(Page::Train);
    });
    layout->addWidget(comparison);
    arrivals = new ArrivalsCard(session);
    layout->addWidget(arrivals);
    texts = new TextCard(session);
    layout->addWidget(texts);
    layout->addStretch(1);
    scroll->setWidget(inner);
    content = scroll;
    for (QWidget *page : {static_cast<QWidget *>(empty), static_cast<QWidget *>(waiting), content})
        stack->addWidget(page);
}

Card *FeaturesPage::buildOptions()
{
    auto *card = new Card(QStringLiteral("Computing"));
    device = combo({{"auto", "auto"}, {"cpu", "CPU"}, {"cuda", "CUDA"}}, QStringLiteral("Device"));
    device->setToolTip(QStringLiteral("auto takes a GPU where there is one, and says why where it does not"));
    precision = combo({{"auto", "auto"}, {"fp32", "float32"}, {"bf16", "bfloat16"}}, QStringLiteral("Precision"));
    precision->setToolTip(
        QStringLiteral("auto takes bfloat16 where it is fast and agrees with float32 on this dataset"));
    batch = new QSpinBox;
    batch->setRange(1, 256);
    batch->setAccessibleName(QStringLiteral("Batch"));
    batch->setToolTip(QStringLiteral("Pictures computed together; more need more memory"));
    for (const auto &[text, field] : {std::pair<QString, QWidget *>{QStringLiteral("&Device"), device},
                                      {QStringLiteral("&Precision"), precision},
                                      {QStringLiteral("&Batch"), batch}}) {
        auto *label = new TextLabel(text, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted);
        label->setBuddy(field);
        auto *pair = newBox<QHBoxLayout>(8);
        pair->addWidget(label);
        pair->addWidget(field);
        pair->setContentsMargins(6, 0, 0, 0);
        card->header()->addLayout(pair);
    }
    const auto changed = [this] {
        if (!showing)
            request([this](BackboneRequest &r) {
                r.device = device->currentData().toString().toStdString();
                r.precision = precision->currentData().toString().toStdString();
                r.batch = batch->value();
            });
    };
    connect(device, &QComboBox::currentIndexChanged, this, changed);
    connect(precision, &QComboBox::currentIndexChanged, this, changed);
    connect(batch, &QSpinBox::editingFinished, this, changed);
    return card;
}

void FeaturesPage::request(const std::function<void(BackboneRequest &)> &change)
{
    BackboneRequest wanted = session.features().request();
    change(wanted);
    session.features().setRequest(wanted);
}

bool FeaturesPage::locked() const
{
    const JobStatus &job = session.jobs().status();
    return (job.kind == JobKind::Extract || job.kind == JobKind::Train) && job.isBusy();
}

void FeaturesPage::updateCards(bool isLocked)
{
    std::vector<BackboneStatus> known;
    std::ranges::copy_if(session.features().statuses(), std::back_inserter(known),
                         [](const BackboneStatus &status) { return !isOwnNetwork(status.kind); });
    if (backbones.size() != known.size()) {
        QList<QWidget *> all;
        for (BackboneCard *old : backbones)
            old->deleteLater();
        backbones.clear();
        for (std::size_t i = 0; i < known.size(); ++i) {
            backbones.push_back(newCard());
            all << backbones.back();
        }
        all << own;
        cards->setCards(all);
        QWidget *before = extract;  // by Tab in the order of the eye, whenever the cards were made
        for (QWidget *card : std::as_const(all)) {
            QWidget::setTabOrder(before, card);
            before = card;
            for (QPushButton *button : card->findChildren<QPushButton *>()) {
                QWidget::setTabOrder(before, button);
                before = button;
            }
        }
        for (QWidget *field :
             {static_cast<QWidget *>(device), static_cast<QWidget *>(precision), static_cast<QWidget *>(batch)}) {
            QWidget::setTabOrder(before, field);
            before = field;
        }
    }
    known.push_back(ownNetwork());
    for (std::size_t i = 0; i < known.size(); ++i) {
        BackboneStatus &status = known[i];
        // The engine counts once a job; in between the events know better.
        const ExtractEvent &event = session.features().extraction();
        if (isLocked && status.id == session.features().request().backbone && event.total > 0)
            status.cached = std::max(status.cached, event.done);
        BackboneCard *card = i < backbones.size() ? backbones[i] : own;
        card->setStatus(status, session.features().request(), isLocked, downloadOf(status));
    }
}

BackboneCard *FeaturesPage::newCard()
{
    auto *card = new BackboneCard;
    connect(card, &BackboneCard::selected, this, [this](const QString &id) {
        if (id.toStdString() != session.features().request().backbone)
            chooseWeights(id, {});
    });
    connect(card, &BackboneCard::weightsChosen, this,
            [this](const QString &id, const QString &weights) { chooseWeights(id, weights); });
    connect(card, &BackboneCard::downloadClicked, this, [this](const QString &id) { askWhatToDownload(id); });
    connect(card, &BackboneCard::resumeClicked, this,
            [this](const QString &entry) { session.weights().fetch(entry.toStdString()); });
    connect(card, &BackboneCard::cancelClicked, &session, [this] { session.weights().cancel(); });
    connect(card, &BackboneCard::fileClicked, this,
            [this, card] { card == own ? askForOwnNetwork() : askForWeights(); });
    return card;
}

BackboneDownload FeaturesPage::downloadOf(const BackboneStatus &status) const
{
    const WeightsJob &job = session.weights().job();
    BackboneDownload download;
    download.othersBusy = job.isBusy();
    if (!status.id.empty() && job.backbone == status.id)
        download.job = job;
    // What was agreed to once is not asked again: a download that was begun goes on at a click.
    for (const WeightsEntry &offer : status.offers) {
        const bool failed = download.job.state == WeightsJob::State::Failed && download.job.id == offer.id;
        const std::uint64_t partial = session.weights().partialBytes(offer);
        if (failed || (partial > 0 && download.entry.id.empty())) {
            download.entry = offer;
            download.partial = partial;
        }
        if (failed)
            break;
    }
    return download;
}

/// The user's own network, or what stands for one that has yet to be chosen.
BackboneStatus FeaturesPage::ownNetwork()
{
    const auto &known = session.features().statuses();
    const auto found =
        std::ranges::find_if(known, [](const BackboneStatus &status) { return isOwnNetwork(status.kind); });
    if (found != known.end())
        lastOwn = *found;
    else
        lastOwn.cached = lastOwn.total = 0;  // not counted while another is chosen
    return lastOwn;
}

void FeaturesPage::chooseWeights(const QString &id, const QString &weights)
{
    request([&](BackboneRequest &r) {
        r.backbone = id.toStdString();
        r.weights = weights.toStdString();
    });
}

void FeaturesPage::askWhatToDownload(const QString &id)
{
    for (const BackboneStatus &status : session.features().statuses()) {
        if (status.id != id.toStdString())
            continue;
        if (status.offers.empty()) {
            askForWeights();
            return;
        }
        connect(
            openDialog<WeightsDialog>(session, status, this), &WeightsDialog::fileWanted, this,
            [this] { askForWeights(); }, Qt::QueuedConnection);
        return;
    }
}

void FeaturesPage::askForWeights()
{
    const QString file = askForFile(this, QStringLiteral("Weights of a network"), QLatin1String(kWeightFiles));
    if (!file.isEmpty())
        session.weights().add(file);
}

void FeaturesPage::askForOwnNetwork()
{
    const QString file = askForFile(this, QStringLiteral("A network of your own"), QLatin1String(kOwnFiles));
    if (file.isEmpty())
        return;
    const QString path = QFileInfo(file).absoluteFilePath();
    // What is called so is never run, whatever it holds (isOnnxFile()).
    if (path.endsWith(QLatin1String(".onnx")))
        chooseWeights(path, {});
    else
        connect(openDialog<OwnNetworkDialog>(file, this), &QDialog::accepted, this,
                [this, path] { chooseWeights(path, {}); });
}

void FeaturesPage::refresh()
{
    const bool noEngine = !session.actions().rate;
    if (!session.data().dataset()) {
        stack->setCurrentWidget(empty);
        return;
    }
    if (session.features().statuses().empty()) {
        waiting->setSentence(noEngine ? QStringLiteral("The compute engine could not be opened.")
                                      : QStringLiteral("Opening the compute engine…"));
        waiting->setHint(noEngine
                             ? QStringLiteral("The message above says why. Datasets and runs can still be browsed.")
                             : QString());
        stack->setCurrentWidget(waiting);
        return;
    }
    const bool isLocked = locked();
    updateCards(isLocked);
    showing = true;
    choose(device, session.features().request().device);
    choose(precision, session.features().request().precision);
    if (!batch->hasFocus())
        batch->setValue(session.features().request().batch);
    showing = false;
    for (QWidget *field :
         {static_cast<QWidget *>(device), static_cast<QWidget *>(precision), static_cast<QWidget *>(batch)})
        field->setEnabled(!isLocked);
    options->setSubtitle(isLocked ? QStringLiteral("locked while it runs") : session.engine().deviceText());
    const BackboneStatus *const asked = session.features().requested();
    const bool complete = asked && asked->total > 0 && asked->cached >= asked->total;
    const bool ready = weightsReady(session);
    extract->setEnabled(session.actions().extract && ready && !(complete && session.features().summary()));
    extract->setToolTip(plainToolTip(!ready     ? nextStep(session).why
                                     : complete ? QStringLiteral("Every picture's features are kept")
                                                : QStringLiteral("Computes only what is not kept yet")));
    comparison->refresh();
    arrivals->update();
    texts->refresh();
    stack->setCurrentWidget(content);
}

}  // namespace

QWidget *makeFeaturesPage(Session &session, std::function<void(Page)> goTo, QWidget *parent)
{
    return new FeaturesPage(session, std::move(goTo), parent);
}

}  // namespace dank::ui
