#include "ui/dataset/dataset_page.h"

#include <QAction>
#include <QButtonGroup>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>

#include "ui/dataset/dataset_cards.h"
#include "ui/dataset/search_field.h"
#include "ui/dataset/welcome.h"
#include "ui/feed/feed_asker.h"
#include "ui/lanes/thumbnails.h"
#include "ui/memes/meme_grid.h"
#include "ui/memes/meme_model.h"
#include "ui/memes/meme_preview.h"
#include "ui/memes/meme_wall.h"
#include "ui/memes/skipped_dialog.h"
#include "ui/memes/title_delegate.h"
#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"
#include "ui/widgets/window_dialogs.h"
#include "ui/widgets/window_settings.h"

namespace dank::ui {

namespace {

constexpr int kMargin = 20;
constexpr int kGap = 14;
constexpr auto kColumnsKey = "memes/columns";
constexpr auto kTableKey = "memes/table";

struct DatasetPage : QWidget {
    DatasetPage(Session &s, std::function<void(Page)> pageShown, QWidget *parent);
    ~DatasetPage() override;

    void build();
    void buildContent();
    void buildTable();
    void buildActions();
    void refresh();
    void showFound();
    void showTarget();
    void showGrid(bool grid);
    QAbstractItemView *view() const;
    std::vector<const MemeRecord *> chosen() const;
    void exclude();
    void preview();
    void showSkipped(std::optional<SkipReason> reason);
    void contextMenu(const QPoint &at);

    Session &session;
    const std::function<void(Page)> goTo;
    std::optional<LastPlace> awaited;  ///< once its dataset is there
    MemeModel memes;
    MemeFilter filter;
    std::shared_ptr<const Dataset> shown;
    std::shared_ptr<const FoundMemes> shownFound;

    QStackedLayout *stack = nullptr;
    Welcome *welcome = nullptr;
    EmptyState *loading = nullptr;
    QProgressBar *loadingBar = nullptr;
    QWidget *content = nullptr;
    PageHeader *header = nullptr;
    FeedLine *readAs = nullptr;
    QPushButton *gridButton = nullptr, *tableButton = nullptr;
    SearchField *search = nullptr;
    TextLabel *count = nullptr;
    UpvotesCard *upvotes = nullptr;
    SetAsideCard *setAside = nullptr;
    QStackedLayout *views = nullptr;
    MemeGrid *grid = nullptr;
    QTableView *table = nullptr;
    TextLabel *nothing = nullptr;
    QAction *excludeAction = nullptr, *previewAction = nullptr;
};

DatasetPage::DatasetPage(Session &s, std::function<void(Page)> pageShown, QWidget *parent)
    : QWidget(parent), session(s), goTo(std::move(pageShown)), memes(s.thumbnails()), filter(memes)
{
    build();
    new FeedAsker(session, goTo, this);
    connect(&session, &Session::changed, this, [this](const ChangeEvent &change) {
        const auto *job = change.as<JobStatus>();
        if (change == Change::Settings || change == Change::Target) {
            if (content)
                change == Change::Settings ? showTarget() : upvotes->setPreview(session.choices().preview());
        } else if (change == Change::Found) {
            if (content)
                showFound();
        } else if (change == Change::Dataset || (job && (job->kind == JobKind::Load || job->kind == JobKind::Sample))) {
            refresh();
        }
    });
    refresh();
}

DatasetPage::~DatasetPage()
{
    if (!content)
        return;
    const auto settings = windowSettings();
    settings->setValue(QLatin1String(kColumnsKey), table->horizontalHeader()->saveState());
    settings->setValue(QLatin1String(kTableKey), tableButton->isChecked());
}

void DatasetPage::build()
{
    stack = new QStackedLayout(this);
    welcome = new Welcome(session, goTo);
    connect(welcome, &Welcome::placeTaken, this, [this](const LastPlace &place) {
        awaited = place;
        session.data().open(place.dataset);
    });

    loading = new EmptyState(QStringLiteral("dataset"), {}, QStringLiteral("&Cancel"));
    loading->setPrimary(false);
    loadingBar = newBar(QStringLiteral("Loading"));
    loadingBar->setFixedWidth(280);
    // Between the sentence and the button.
    static_cast<QVBoxLayout *>(loading->layout())->insertWidget(3, loadingBar, 0, Qt::AlignHCenter);
    connect(loading, &EmptyState::clicked, &session, [this] { session.jobs().stopAndKeep(); });
    auto *escape = new QAction(this);
    escape->setShortcut(Qt::Key_Escape);
    escape->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    loading->addAction(escape);
    connect(escape, &QAction::triggered, &session, [this] { session.jobs().stopAndKeep(); });

    for (QWidget *page : {static_cast<QWidget *>(welcome), static_cast<QWidget *>(loading)})
        stack->addWidget(page);
}

/// With the first dataset: the window's first frame does without.
void DatasetPage::buildContent()
{
    content = new QWidget(this);
    auto *layout = newBox<QVBoxLayout>(kGap, content, {kMargin, kMargin - 2, kMargin, kMargin});

    header = new PageHeader({});
    gridButton = new QPushButton(QStringLiteral("&Grid"));
    tableButton = new QPushButton(QStringLiteral("Ta&ble"));
    auto *toggle = new QButtonGroup(content);
    for (QPushButton *button : {gridButton, tableButton}) {
        button->setCheckable(true);
        button->setProperty("toggle", true);
        toggle->addButton(button);
        header->controls()->addWidget(button);
    }
    gridButton->setChecked(true);
    connect(gridButton, &QPushButton::toggled, this, [this](bool on) { showGrid(on); });
    count = new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted);
    count->setObjectName(QStringLiteral("found"));
    search = new SearchField;
    header->controls()->insertWidget(0, count);
    header->controls()->insertSpacing(1, 4);
    header->controls()->addWidget(search);
    connect(search, &QLineEdit::textChanged, &session, [this](const QString &text) { session.finder().ask(text); });
    connect(search, &SearchField::left, this, [this] { view()->setFocus(Qt::ShortcutFocusReason); });
    readAs = new FeedLine(session);
    auto *top = newBox<QVBoxLayout>(0);
    addWidgets(*top, {header, readAs});
    layout->addLayout(top);

    upvotes = new UpvotesCard;
    setAside = new SetAsideCard(session);
    connect(upvotes, &UpvotesCard::targetChanged, this, [this](TargetKind kind) { memes.setTarget(kind); });
    connect(setAside, &SetAsideCard::showRequested, this,
            [this](std::optional<SkipReason> reason) { showSkipped(reason); });
    auto *cards = newBox<QHBoxLayout>(kGap);
    cards->addWidget(upvotes, 7);
    cards->addWidget(setAside, 6);
    for (QWidget *card : {static_cast<QWidget *>(upvotes), static_cast<QWidget *>(setAside)}) {
        card->setMinimumHeight(176);
        card->setMaximumHeight(240);
    }
    layout->addLayout(cards, 4);

    auto *memesCard = new Card;
    memesCard->setAccessibleName(QStringLiteral("Memes"));
    memesCard->setMinimumHeight(174);  // one whole row in the smallest window
    memesCard->layout()->setContentsMargins(10, 10, 4, 4);
    grid = new MemeGrid(filter);
    buildTable();
    nothing = new TextLabel({}, static_cast<int>(TextRole::Body), TextLabel::Tone::Muted);
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setWordWrap(true);
    nothing->hide();
    memesCard->body()->addWidget(nothing);
    views = new QStackedLayout;
    memesCard->body()->addLayout(views, 1);  // in its place first: it shows its first widget at once
    views->addWidget(grid);
    views->addWidget(table);
    layout->addWidget(memesCard, 5);
    stack->addWidget(content);
    buildActions();
    showTarget();
    upvotes->setPreview(session.choices().preview());
    if (windowSettings()->value(QLatin1String(kTableKey)).toBool())
        tableButton->setChecked(true);
}

void DatasetPage::buildTable()
{
    table = new QTableView;
    table->setModel(&filter);
    setUpTable(*table, QStringLiteral("Memes as a table"), 32);
    table->setItemDelegateForColumn(MemeModel::Title, new TitleDelegate(filter, table));
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView *columns = table->horizontalHeader();
    columns->setSectionResizeMode(QHeaderView::Interactive);
    columns->setSectionResizeMode(MemeModel::Title, QHeaderView::Stretch);
    columns->setSortIndicatorClearable(true);
    columns->setSortIndicator(-1, Qt::DescendingOrder);
    table->setSortingEnabled(true);
    const std::pair<int, int> widths[] = {{MemeModel::Upvotes, 90},
                                          {MemeModel::Dankness, 90},
                                          {MemeModel::Author, 140},
                                          {MemeModel::Size, 110},
                                          {MemeModel::Id, 90}};
    for (const auto &[column, width] : widths)
        table->setColumnWidth(column, width);
    columns->restoreState(windowSettings()->value(QLatin1String(kColumnsKey)).toByteArray());
}

void DatasetPage::buildActions()
{
    const auto add = [this](const char *name, const QString &text, const QKeySequence &keys, QWidget *where) {
        auto *action = new QAction(text, this);
        action->setObjectName(QLatin1String(name));
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        where->addAction(action);
        return action;
    };
    excludeAction = add("exclude", QStringLiteral("E&xclude"), QKeySequence(Qt::Key_Delete), grid);
    previewAction = add("preview", QStringLiteral("&Preview"), QKeySequence(Qt::Key_Space), grid);
    table->addActions({excludeAction, previewAction});
    QAction *find = add("find", QStringLiteral("&Find"), QKeySequence(Qt::CTRL | Qt::Key_F), this);
    find->setShortcutContext(Qt::WindowShortcut);  // from the page list too, while this page is shown
    auto *scale = new QAction(this);
    scale->setObjectName(QStringLiteral("logBins"));
    connect(excludeAction, &QAction::triggered, this, [this] { exclude(); });
    connect(previewAction, &QAction::triggered, this, [this] { preview(); });
    connect(find, &QAction::triggered, this, [this] {
        search->setFocus(Qt::ShortcutFocusReason);
        search->selectAll();
    });
    connect(scale, &QAction::triggered, upvotes, &UpvotesCard::toggleScale);
    for (QAbstractItemView *each : {static_cast<QAbstractItemView *>(grid), static_cast<QAbstractItemView *>(table)}) {
        each->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(each, &QWidget::customContextMenuRequested, this, [this](const QPoint &at) { contextMenu(at); });
        connect(each, &QAbstractItemView::doubleClicked, this, [this] { preview(); });
    }
}

void DatasetPage::refresh()
{
    const JobStatus &job = session.jobs().status();
    const bool reading = job.isBusy() && (job.kind == JobKind::Load || job.kind == JobKind::Sample);
    const auto dataset = session.data().dataset();
    if (dataset && !content)
        buildContent();
    if (dataset != shown) {
        const bool same = shown && dataset && shown->path() == dataset->path();
        const int gridAt = grid->verticalScrollBar()->value(), tableAt = table->verticalScrollBar()->value();
        shown = dataset;
        memes.setDataset(dataset);
        shownFound.reset();  // an answer about another one; the next comes
        // Excluding must not throw the user back to the top; the views lay out again in the next turn.
        if (same)
            QTimer::singleShot(0, this, [this, gridAt, tableAt] {
                grid->verticalScrollBar()->setValue(gridAt);
                table->verticalScrollBar()->setValue(tableAt);
            });
        upvotes->setDataset(dataset);
        if (dataset)
            setAside->setRows(dataset->skipped());
        showFound();
    }
    if (dataset) {
        header->setTitle(QString::fromStdString(dataset->name()).simplified());
        QString line =
            QStringLiteral("%1 · %2 usable")
                .arg(countOf(static_cast<qint64>(dataset->rows()), QStringLiteral("row"), QStringLiteral("rows")),
                     groupedNumber(static_cast<qint64>(dataset->records().size())));
        if (!dataset->skipped().empty())
            line += QStringLiteral(" · %1 set aside with a reason")
                        .arg(groupedNumber(static_cast<qint64>(dataset->skipped().size())));
        header->setSubtitle(line);
        readAs->setSource(dataset->source());
    }
    if (reading) {
        loading->setSentence(job.detail.isEmpty() ? job.verb : QStringLiteral("%1 · %2").arg(job.verb, job.detail));
        loading->setButton(job.state == JobState::Stopping ? QStringLiteral("Stopping…") : QStringLiteral("&Cancel"),
                           session.actions().stop);
        showProgress(*loadingBar, job.done, job.total);
    }
    if (reading || dataset)
        welcome->passPlaceBy();
    else
        welcome->refresh();
    if (const auto place = reading ? std::nullopt : std::exchange(awaited, std::nullopt); place && dataset) {
        search->setText(place->search);
        if (place->page != Page::Dataset)
            goTo(place->page);
    }
    QWidget *const now = reading ? static_cast<QWidget *>(loading) : dataset ? content : welcome;
    for (int i = 0; i < stack->count(); ++i) {  // what is not seen takes no room
        const auto policy = stack->widget(i) == now ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        stack->widget(i)->setSizePolicy(policy, policy);
    }
    stack->setCurrentWidget(now);
}

void DatasetPage::showFound()
{
    const auto found = session.finder().found();
    const bool busy = session.finder().isBusy();
    if (found != shownFound) {
        shownFound = found;
        filter.setFound(found);
    }
    const QString query = plainTitle(search->text().toStdString(), 80);
    if (busy && !found)
        count->setText(QStringLiteral("searching…"));
    else
        count->setText(found && shown ? QStringLiteral("%1 of %2")
                                            .arg(groupedNumber(filter.rowCount()),
                                                 groupedNumber(static_cast<qint64>(shown->records().size())))
                                      : QString());
    nothing->setText(
        QStringLiteral("No meme has “%1” in its title, as its author or in its picture’s text.").arg(query));
    nothing->setVisible(found && !busy && filter.rowCount() == 0);
}

void DatasetPage::showTarget()
{
    upvotes->setTarget(session.choices().config().target);
    memes.setTarget(session.choices().config().target);
}

void DatasetPage::showGrid(bool on)
{
    QAbstractItemView *from = on ? static_cast<QAbstractItemView *>(table) : grid;
    QAbstractItemView *to = on ? static_cast<QAbstractItemView *>(grid) : table;
    QItemSelection rows;
    for (const QItemSelectionRange &range : from->selectionModel()->selection())
        rows.select(filter.index(range.top(), 0), filter.index(range.bottom(), on ? 0 : MemeModel::ColumnCount - 1));
    const QModelIndex current = from->currentIndex();
    to->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect);
    if (current.isValid()) {
        to->selectionModel()->setCurrentIndex(current.siblingAtColumn(0), QItemSelectionModel::NoUpdate);
        to->scrollTo(to->currentIndex());
    }
    views->setCurrentWidget(to);
}

QAbstractItemView *DatasetPage::view() const
{
    return gridButton->isChecked() ? static_cast<QAbstractItemView *>(grid) : table;
}

std::vector<const MemeRecord *> DatasetPage::chosen() const
{
    std::vector<const MemeRecord *> records;
    for (const QItemSelectionRange &range : view()->selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row)
            records.push_back(filter.record(filter.index(row, 0)));
    return records;
}

void DatasetPage::exclude()
{
    std::vector<MemeId> ids;
    for (const MemeRecord *meme : chosen())
        ids.push_back(meme->id);
    if (!ids.empty())
        session.data().setExcluded(ids, true);
}

void DatasetPage::preview()
{
    if (!view()->currentIndex().isValid())
        return;
    auto *dialog = new MemePreview(session.thumbnails(), filter, *view());
    dialog->show();
}

void DatasetPage::showSkipped(std::optional<SkipReason> reason)
{
    const auto dataset = session.data().dataset();
    if (!dataset)
        return;
    const auto rows = dataset->skipped();
    openDialog<SkippedDialog>(session.data(), std::vector<Skipped>(rows.begin(), rows.end()), reason, this);
}

void DatasetPage::contextMenu(const QPoint &at)
{
    const auto memesChosen = chosen();
    if (memesChosen.empty())
        return;
    QMenu menu;
    menu.addAction(previewAction);
    menu.addAction(excludeAction);
    menu.addSeparator();
    const auto copy = [&](const QString &text, const auto &part) {
        QStringList lines;
        for (const MemeRecord *meme : memesChosen)
            lines << part(*meme);
        const QString all = lines.join(u'\n');
        QAction *action = menu.addAction(text, this, [all] { QGuiApplication::clipboard()->setText(all); });
        action->setEnabled(!all.trimmed().isEmpty());
    };
    copy(QStringLiteral("Copy &title"), [](const MemeRecord &m) { return QString::fromStdString(m.title); });
    copy(QStringLiteral("Copy &file name"), [](const MemeRecord &m) { return toQString(m.image); });
    copy(QStringLiteral("Copy &address"), [](const MemeRecord &m) { return QString::fromStdString(m.url); });
    menu.exec(view()->viewport()->mapToGlobal(at));
}

}  // namespace

QWidget *makeDatasetPage(Session &session, std::function<void(Page)> goTo, QWidget *parent)
{
    return new DatasetPage(session, std::move(goTo), parent);
}

QString searchedOn(const QWidget &datasetPage)
{
    const SearchField *const search = static_cast<const DatasetPage &>(datasetPage).search;
    return search ? search->text() : QString();
}

}  // namespace dank::ui
