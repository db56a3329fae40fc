#include "ui/templates/templates_dialog.h"

#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_grid.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 860, kHeight = 560, kLeastWidth = 640, kLeastHeight = 420;
constexpr int kGroupsWidth = 330, kGroupPicture = 52, kMemberPicture = 104;
constexpr std::size_t kMostMembers = 200;  // shown of one group

/// All of one size, whatever the picture's shape: lists of icons are aligned by it.
QIcon iconOf(const QImage &picture, int side, const QPalette &palette)
{
    const double ratio = devicePixelRatio();
    QPixmap pixmap(qRound(side * ratio), qRound(side * ratio));
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    drawThumbnail(painter, QRect(0, 0, side, side), picture, palette);
    return pixmap;
}

/// A meme in a list. Its picture is asked for when it is painted.
class PictureItem : public QListWidgetItem {
public:
    PictureItem(Thumbnails &thumbnails, std::filesystem::path image, int side, const QString &text)
        : QListWidgetItem(text), m_thumbnails(thumbnails), m_image(std::move(image)), m_side(side)
    {
    }
    QVariant data(int role) const override
    {
        return role == Qt::DecorationRole ? iconOf(m_thumbnails.get(m_image), m_side, listWidget()->palette())
                                          : QListWidgetItem::data(role);
    }

private:
    Thumbnails &m_thumbnails;
    const std::filesystem::path m_image;
    const int m_side;
};

}  // namespace

TemplatesDialog::TemplatesDialog(Session &session, QWidget *parent)
    : QDialog(parent), m_session(session), m_dataset(session.data().dataset()),
      m_finder(session.workplace(), session.engine(), m_dataset),
      m_status(paragraph({}, this, TextRole::Body, TextLabel::Tone::Muted)), m_threshold(paragraph({}, this)),
      m_bar(newBar(tr("Progress"))), m_groups(new QListWidget)
{
    setWindowTitle(tr("Templates"));
    m_status->setObjectName(QStringLiteral("templatesStatus"));
    m_groups->setObjectName(QStringLiteral("templateGroups"));
    m_groups->setAccessibleName(tr("Templates"));
    m_groups->setIconSize({kGroupPicture, kGroupPicture});
    m_groups->setFixedWidth(kGroupsWidth);
    m_groups->setFrameShape(QFrame::NoFrame);
    m_groups->setTextElideMode(Qt::ElideRight);
    m_groups->setUniformItemSizes(true);

    auto *layout = newBox<QVBoxLayout>(8, this, {20, 16, 20, 14});
    layout->addWidget(paragraph(windowTitle(), this, TextRole::Title, TextLabel::Tone::Normal));
    layout->addWidget(m_status);
    layout->addWidget(m_bar);
    m_body = new QWidget;
    auto *columns = newBox<QHBoxLayout>(16, m_body);
    columns->addWidget(m_groups);
    columns->addWidget(makeMembers(), 1);
    layout->addWidget(m_body, 1);
    layout->addStretch(0);
    auto *bottom = newBox<QHBoxLayout>(8);
    auto *close = new QPushButton(tr("Close"));
    close->setAutoDefault(false);
    bottom->addWidget(m_threshold, 1);
    bottom->addWidget(close);
    layout->addLayout(bottom);

    setMinimumSize(kLeastWidth, kLeastHeight);
    QSize size(kWidth, kHeight);
    if (parent)  // no larger than its window, where that is small
        size = size.boundedTo(parent->window()->size().expandedTo(minimumSize()));
    resize(size);

    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_groups, &QListWidget::currentRowChanged, this, &TemplatesDialog::showGroup);
    connect(&m_finder, &TemplateFinder::changed, this, &TemplatesDialog::showState);
    connect(&session.thumbnails(), &Thumbnails::ready, this, [this] {
        m_groups->viewport()->update();
        m_members->viewport()->update();
    });
    showState();
}

QWidget *TemplatesDialog::makeMembers()
{
    auto *box = new QWidget;
    auto *layout = newBox<QVBoxLayout>(8, box);
    m_facts = paragraph({}, box, TextRole::Body, TextLabel::Tone::Normal);
    m_members = new QListWidget;
    m_members->setObjectName(QStringLiteral("templateMembers"));
    m_members->setAccessibleName(tr("Memes of the template"));
    m_members->setViewMode(QListView::IconMode);
    m_members->setMovement(QListView::Static);
    m_members->setResizeMode(QListView::Adjust);
    m_members->setUniformItemSizes(true);
    m_members->setIconSize({kMemberPicture, kMemberPicture});
    m_members->setGridSize({kMemberPicture + 16, kMemberPicture + 30});
    m_members->setFrameShape(QFrame::NoFrame);
    m_members->setWordWrap(false);
    m_name = new QLineEdit;
    m_name->setObjectName(QStringLiteral("templateName"));
    m_name->setMaxLength(static_cast<int>(KnownTemplates::kMaxNameBytes));
    m_name->setAccessibleName(tr("Name of the template"));
    m_set = new QPushButton(tr("&Name it"));
    m_set->setObjectName(QStringLiteral("nameTemplate"));
    m_set->setToolTip(tr("The library knows the template by this name from then on; dank rate tells it too"));
    m_set->setDefault(true);
    m_error = paragraph({}, box, TextRole::Caption, TextLabel::Tone::Bad);
    auto *row = newBox<QHBoxLayout>(8);
    row->addWidget(m_name, 1);
    row->addWidget(m_set);
    layout->addWidget(m_facts);
    layout->addWidget(m_members, 1);
    layout->addLayout(row);
    layout->addWidget(m_error);
    connect(m_set, &QPushButton::clicked, this, &TemplatesDialog::name);
    connect(m_name, &QLineEdit::textChanged, this, &TemplatesDialog::showWhetherNamed);
    return box;
}

const TemplateGroup *TemplatesDialog::current() const
{
    const int row = m_groups->currentRow();
    return m_shown && row >= 0 && row < static_cast<int>(m_shown->groups.size())
               ? &m_shown->groups[static_cast<std::size_t>(row)]
               : nullptr;
}

void TemplatesDialog::showState()
{
    const bool busy = m_finder.isBusy();
    if (const auto &found = m_finder.found(); found && found != m_shown) {
        m_shown = found;
        showGroups();
    }
    const bool any = m_shown && !m_shown->groups.empty();
    std::size_t together = 0;
    if (m_shown)
        for (const TemplateGroup &group : m_shown->groups)
            together += group.members.size();
    const auto memes = [](std::size_t count) { return countOf(qint64(count), tr("meme"), tr("memes")); };
    m_status->setTone(m_shown || busy ? TextLabel::Tone::Muted : TextLabel::Tone::Bad);
    m_status->setText(busy       ? m_finder.stage()
                      : !m_shown ? m_finder.error()
                      : any      ? tr("%1 of %2 share their picture with others, %3.")
                                  .arg(memes(together), groupedNumber(qint64(m_dataset->records().size())),
                                       countOf(qint64(m_shown->groups.size()), tr("template"), tr("templates")))
                            : tr("No two of the %1 share a picture.").arg(memes(m_dataset->records().size())));
    if (any && !busy && m_dataset->hasUpvotes())
        m_status->setText(m_status->text() + tr(" Percentiles: the median of their upvotes among all."));
    const auto unread =
        m_shown ? std::ranges::count_if(m_shown->signatures->pictureOf, [](const auto &place) { return !place; }) : 0;
    if (unread > 0 && !busy)
        m_status->setText(m_status->text()
                          + tr(" %1 could not be looked at.").arg(countOf(unread, tr("picture"), tr("pictures"))));
    m_bar->setVisible(busy);
    showProgress(*m_bar, m_finder.done(), m_finder.total());
    m_body->setVisible(any);
    m_threshold->setText(
        !m_shown ? QString()
        : m_shown->clusters->threshold.fromData
            ? tr("One template up to a distance of %1, where the fewest "
                 "pictures lie.")
                  .arg(m_shown->clusters->threshold.distance)
            : tr("One template up to the usual distance of %1.").arg(m_shown->clusters->threshold.distance));
    m_error->setText(m_shown ? m_finder.error() : QString());
    m_error->setVisible(!m_error->text().isEmpty());
    m_name->setEnabled(!busy);
    showWhetherNamed();
}

/// What its memes got; of a file without upvotes nothing.
QString TemplatesDialog::figures(const TemplateGroup &group) const
{
    if (!m_dataset->hasUpvotes())
        return {};
    const QString median = fixedNumber(group.medianPercentile, 0);
    return QStringLiteral(" · ")
           + (group.interval
                  ? tr("percentile %1 (%2 to %3)")
                        .arg(median, fixedNumber(group.interval->low, 0), fixedNumber(group.interval->high, 0))
                  : tr("percentile %1").arg(median));
}

void TemplatesDialog::showGroups()
{
    const int row = std::max(0, m_groups->currentRow());
    if (m_groups->count() == 0)
        m_groups->setFocus();
    m_groups->clear();
    for (const TemplateGroup &group : m_shown->groups) {
        const std::filesystem::path &image = m_dataset->records()[group.members.front()].image;
        auto *item =
            new PictureItem(m_session.thumbnails(), image, kGroupPicture,
                            plainTitle(group.name) + QLatin1Char('\n')
                                + countOf(qint64(group.members.size()), tr("meme"), tr("memes")) + figures(group));
        item->setSizeHint({0, kGroupPicture + 14});
        m_groups->addItem(item);
    }
    m_groups->setCurrentRow(std::min(row, m_groups->count() - 1));
}

void TemplatesDialog::showGroup()
{
    m_members->clear();
    const TemplateGroup *const group = current();
    if (!group)
        return;
    for (std::size_t i = 0; i < std::min(group->members.size(), kMostMembers); ++i) {
        const MemeRecord &meme = m_dataset->records()[group->members[i]];
        auto *item = new PictureItem(m_session.thumbnails(), meme.image, kMemberPicture,
                                     m_dataset->hasUpvotes() ? QStringLiteral("▲ ") + groupedNumber(meme.upvotes)
                                                             : plainTitle(meme.id, 20));
        item->setToolTip(plainToolTip(plainTitle(meme.title.empty() ? meme.id : meme.title)));
        m_members->addItem(item);
    }
    m_facts->setText(plainTitle(group->name) + figures(*group)
                     + (group->members.size() > kMostMembers ? tr(" · %1 of them:").arg(kMostMembers) : QString()));
    m_name->setText(group->known ? QString::fromStdString(group->name) : QString());
    m_name->setPlaceholderText(tr("A name, such as Distracted Boyfriend"));
    showWhetherNamed();
}

void TemplatesDialog::showWhetherNamed()
{
    const TemplateGroup *const group = current();
    const QString name = m_name->text().trimmed();
    m_set->setEnabled(group && !m_finder.isBusy() && !name.isEmpty()
                      && name != (group->known ? QString::fromStdString(group->name) : QString()));
}

void TemplatesDialog::name()
{
    if (current())
        m_finder.name(static_cast<std::size_t>(m_groups->currentRow()), m_name->text());
}

}  // namespace dank::ui
