#include "ui/pages/features_page.h"

#include <QComboBox>
#include <QFormLayout>
#include <QPushButton>
#include <QResizeEvent>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/pages/arrivals_card.h"
#include "ui/pages/backbone_card.h"
#include "ui/widgets/card.h"
#include "ui/widgets/card_grid.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/window_dialogs.h"

namespace dank::ui {

namespace {

constexpr int kMargin = 20;
constexpr int kGap = 14;

QComboBox *combo(std::initializer_list<std::pair<const char *, const char *>> entries, const QString &name)
{
    auto *box = new QComboBox;
    for (const auto &[value, text] : entries)
        box->addItem(QString::fromUtf8(text), QLatin1String(value));
    box->setAccessibleName(name);
    box->setMinimumContentsLength(10);
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

}  // namespace

struct FeaturesPage::Private {
    Private(FeaturesPage &page, Session &s) : q(page), session(s) {}

    void build();
    Card *buildOptions();
    void update();
    void updateCards(bool locked);
    bool locked() const;
    void request(const std::function<void(BackboneRequest &)> &change);

    FeaturesPage &q;
    Session &session;
    QStackedLayout *stack = nullptr;
    EmptyState *empty = nullptr, *waiting = nullptr;
    QWidget *content = nullptr;
    PageHeader *header = nullptr;
    QPushButton *extract = nullptr;
    CardGrid *cards = nullptr;
    std::vector<BackboneCard *> backbones;
    Card *options = nullptr;
    QComboBox *device = nullptr, *precision = nullptr;
    QSpinBox *batch = nullptr;
    TextLabel *optionsNote = nullptr;
    ArrivalsCard *arrivals = nullptr;
    bool showing = false;  ///< the controls are being set from the Session
};

void FeaturesPage::Private::build()
{
    stack = new QStackedLayout(&q);
    empty = new EmptyState(QStringLiteral("features"),
                           QStringLiteral("Open a dataset first: every picture in it becomes a row of numbers."),
                           QStringLiteral("&Open db.json…"));
    empty->setHint(QStringLiteral("or drop it here"));
    auto *sample = new QPushButton(QStringLiteral("Try the &sample"));
    sample->setProperty("link", true);
    empty->extra()->addWidget(sample, 0, Qt::AlignHCenter);
    QObject::connect(sample, &QPushButton::clicked, &session, &Session::openSample);
    QObject::connect(empty, &EmptyState::clicked, &q, [this] {
        const QString file = askForFile(&q, QStringLiteral("Open db.json"),
                                        QStringLiteral("Datasets (*.json);;All files (*)"));
        if (!file.isEmpty())
            session.openDataset(file);
    });
    waiting = new EmptyState(QStringLiteral("device"), {}, {});

    auto *scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setAutoFillBackground(false);
    auto *inner = new QWidget;
    inner->setAutoFillBackground(false);
    auto *layout = new QVBoxLayout(inner);
    layout->setContentsMargins(kMargin, kMargin - 2, kMargin, kMargin);
    layout->setSpacing(kGap);
    header = new PageHeader(QStringLiteral("Features"));
    header->setSubtitle(QStringLiteral("Each picture becomes a row of numbers, once; kept, so the next run starts at once"));
    extract = new QPushButton(QStringLiteral("E&xtract missing"));
    extract->setObjectName(QStringLiteral("extractButton"));
    QObject::connect(extract, &QPushButton::clicked, &session, &Session::extract);
    header->controls()->addWidget(extract);
    layout->addWidget(header);
    cards = new CardGrid(300, 3);
    options = buildOptions();
    layout->addWidget(cards);
    arrivals = new ArrivalsCard(session);
    layout->addWidget(arrivals);
    layout->addStretch(1);
    scroll->setWidget(inner);
    content = scroll;
    for (QWidget *page : {static_cast<QWidget *>(empty), static_cast<QWidget *>(waiting), content})
        stack->addWidget(page);
}

Card *FeaturesPage::Private::buildOptions()
{
    auto *card = new Card(QStringLiteral("Computing"));
    device = combo({{"auto", "auto"}, {"cpu", "CPU"}, {"cuda", "CUDA"}}, QStringLiteral("Device"));
    device->setToolTip(QStringLiteral("auto takes a GPU where there is one, and says why where it does not"));
    precision = combo({{"auto", "auto"}, {"fp32", "float32"}, {"bf16", "bfloat16"}}, QStringLiteral("Precision"));
    precision->setToolTip(QStringLiteral("auto takes bfloat16 where it is fast and agrees with float32 on this dataset"));
    batch = new QSpinBox;
    batch->setRange(1, 256);
    batch->setAccessibleName(QStringLiteral("Batch"));
    batch->setToolTip(QStringLiteral("Pictures computed together; more need more memory"));
    optionsNote = new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted);
    optionsNote->setWordWrap(true);
    auto *form = new QFormLayout;
    form->setVerticalSpacing(8);
    form->setHorizontalSpacing(14);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    for (const auto &[text, field] : {std::pair<QString, QWidget *>{QStringLiteral("&Device"), device},
                                      {QStringLiteral("&Precision"), precision},
                                      {QStringLiteral("&Batch"), batch}}) {
        auto *label = new TextLabel(text, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted);
        label->setBuddy(field);
        field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        form->addRow(label, field);
    }
    card->body()->addLayout(form);
    card->body()->addStretch(1);
    card->body()->addWidget(optionsNote);
    const auto changed = [this] {
        if (!showing)
            request([this](BackboneRequest &r) {
                r.device = device->currentData().toString().toStdString();
                r.precision = precision->currentData().toString().toStdString();
                r.batch = batch->value();
            });
    };
    QObject::connect(device, &QComboBox::currentIndexChanged, &q, changed);
    QObject::connect(precision, &QComboBox::currentIndexChanged, &q, changed);
    QObject::connect(batch, &QSpinBox::editingFinished, &q, changed);
    return card;
}

void FeaturesPage::Private::request(const std::function<void(BackboneRequest &)> &change)
{
    BackboneRequest wanted = session.request();
    change(wanted);
    session.setRequest(wanted);
}

bool FeaturesPage::Private::locked() const
{
    const JobStatus &job = session.job();
    return (job.kind == JobKind::Extract || job.kind == JobKind::Train) &&
           (job.state == JobState::Running || job.state == JobState::Paused || job.state == JobState::Stopping);
}

void FeaturesPage::Private::updateCards(bool isLocked)
{
    const auto &known = session.backbones();
    if (backbones.size() != known.size()) {
        QList<QWidget *> all;
        for (BackboneCard *old : backbones)
            old->deleteLater();
        backbones.clear();
        for (std::size_t i = 0; i < known.size(); ++i) {
            auto *card = new BackboneCard;
            QObject::connect(card, &BackboneCard::selected, &q, [this](const QString &id) {
                if (id.toStdString() != session.request().backbone)
                    request([&](BackboneRequest &r) {
                        r.backbone = id.toStdString();
                        r.weights.clear();
                    });
            });
            QObject::connect(card, &BackboneCard::weightsChosen, &q, [this](const QString &id, const QString &weights) {
                request([&](BackboneRequest &r) {
                    r.backbone = id.toStdString();
                    r.weights = weights.toStdString();
                });
            });
            backbones.push_back(card);
            all << card;
        }
        all << options;
        cards->setCards(all);
    }
    for (std::size_t i = 0; i < known.size(); ++i) {
        BackboneStatus status = known[i];
        // The engine counts once a job; in between the events know better.
        const ExtractEvent &event = session.extraction();
        if (isLocked && status.id == session.request().backbone && event.total > 0)
            status.cached = std::max(status.cached, event.done);
        backbones[i]->setStatus(status, session.request(), isLocked);
    }
}

void FeaturesPage::Private::update()
{
    const bool noEngine = !session.actions().rate;
    if (!session.dataset()) {
        stack->setCurrentWidget(empty);
        return;
    }
    if (session.backbones().empty()) {
        waiting->setSentence(noEngine ? QStringLiteral("The compute engine could not be opened.")
                                      : QStringLiteral("Opening the compute engine…"));
        waiting->setHint(noEngine ? QStringLiteral("The message above says why. Datasets and runs can still be browsed.")
                                  : QString());
        stack->setCurrentWidget(waiting);
        return;
    }
    const bool isLocked = locked();
    updateCards(isLocked);
    showing = true;
    choose(device, session.request().device);
    choose(precision, session.request().precision);
    if (!batch->hasFocus())
        batch->setValue(session.request().batch);
    showing = false;
    for (QWidget *field : {static_cast<QWidget *>(device), static_cast<QWidget *>(precision),
                           static_cast<QWidget *>(batch)})
        field->setEnabled(!isLocked);
    options->setSubtitle(isLocked ? QStringLiteral("locked while it runs") : QString());
    optionsNote->setText(session.deviceText());
    const auto &known = session.backbones();
    const bool complete = std::any_of(known.begin(), known.end(), [this](const BackboneStatus &status) {
        return status.id == session.request().backbone && status.total > 0 && status.cached >= status.total;
    });
    extract->setEnabled(session.actions().extract && !(complete && session.features()));
    extract->setToolTip(complete ? QStringLiteral("Every picture's features are kept")
                                 : QStringLiteral("Computes only what is not kept yet"));
    arrivals->update();
    stack->setCurrentWidget(content);
}

FeaturesPage::FeaturesPage(Session &session, QWidget *parent)
    : QWidget(parent), d(std::make_unique<Private>(*this, session))
{
    d->build();
    connect(&session, &Session::changed, this, [this](Change change) {
        switch (change) {
        case Change::Engine:
        case Change::Dataset:
        case Change::Features:
        case Change::Settings:
        case Change::Job:
        case Change::Training:
            d->update();
            break;
        default:
            break;
        }
    });
    d->update();
}

FeaturesPage::~FeaturesPage() = default;

}  // namespace dank::ui
