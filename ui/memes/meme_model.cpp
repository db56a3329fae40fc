#include "ui/memes/meme_model.h"

#include "core/base/error.h"
#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr qsizetype kLongestTip = 1000, kLongestTitle = 2000;

QString oneLine(const std::string &text)
{
    return plainTitle(text, kLongestTitle);
}

}  // namespace

MemeModel::MemeModel(Thumbnails &thumbnails, QObject *parent) : QAbstractTableModel(parent), m_thumbnails(thumbnails)
{
    connect(&thumbnails, &Thumbnails::ready, this, [this](const QString &image) {
        for (const int row : m_rowsOfImage.values(image))
            emit dataChanged(index(row, 0), index(row, 0), {ThumbnailRole});
    });
}

void MemeModel::setDataset(std::shared_ptr<const Dataset> dataset)
{
    beginResetModel();
    m_dataset = std::move(dataset);
    m_found.reset();
    m_hitOfRow.clear();
    m_titles.clear();
    m_sortTitles.clear();
    m_rowsOfImage.clear();
    if (m_dataset) {
        const auto records = m_dataset->records();
        m_titles.reserve(records.size());
        m_rowsOfImage.reserve(static_cast<qsizetype>(records.size()));
        for (std::size_t i = 0; i < records.size(); ++i) {
            m_titles.push_back(oneLine(records[i].title));
            m_sortTitles.push_back(m_titles.back().toCaseFolded());
            m_rowsOfImage.insert(toQString(records[i].image), static_cast<int>(i));
        }
    }
    fitTarget();
    endResetModel();
}

void MemeModel::setTarget(TargetKind kind)
{
    if (m_target == kind)
        return;
    m_target = kind;
    fitTarget();
    if (rowCount() > 0)
        emit dataChanged(index(0, Dankness), index(rowCount() - 1, Dankness));
}

void MemeModel::fitTarget()
{
    m_dankness.clear();
    if (!m_dataset)
        return;
    std::vector<std::int64_t> upvotes;
    upvotes.reserve(m_dataset->records().size());
    for (const MemeRecord &meme : m_dataset->records())
        upvotes.push_back(meme.upvotes);
    try {
        const auto transform = TargetTransform::fit(m_target, upvotes);
        for (const std::int64_t ups : upvotes)
            m_dankness.push_back(transform.toDankness(ups));
    } catch (const Error &) {
        m_dankness.assign(upvotes.size(), 0.0f);  // nothing but zeros: no meme is danker than another
    }
}

const MemeRecord &MemeModel::record(int row) const
{
    return m_dataset->records()[static_cast<std::size_t>(row)];
}

bool MemeModel::lessThan(int column, int left, int right) const
{
    const MemeRecord &a = record(left);
    const MemeRecord &b = record(right);
    switch (column) {
    case Title: return m_sortTitles[static_cast<std::size_t>(left)] < m_sortTitles[static_cast<std::size_t>(right)];
    case Author: return a.author < b.author;
    case Size: return static_cast<std::int64_t>(a.width) * a.height < static_cast<std::int64_t>(b.width) * b.height;
    case Id: return a.id < b.id;
    case Upvotes:
        if (!m_dataset->hasUpvotes())
            return labelOf(a) < labelOf(b);
        [[fallthrough]];
    default: return a.upvotes < b.upvotes;  // dankness rises with the upvotes, whatever the target
    }
}

void MemeModel::setFound(std::shared_ptr<const FoundMemes> found)
{
    // An answer about another dataset says nothing of these rows.
    m_found = found && found->dataset == m_dataset ? std::move(found) : nullptr;
    m_hitOfRow.clear();
    if (m_found) {
        m_hitOfRow.assign(m_titles.size(), -1);
        for (std::size_t i = 0; i < m_found->hits.size(); ++i)
            m_hitOfRow[m_found->hits[i].meme] = static_cast<int>(i);
    }
    if (rowCount() > 0)
        emit dataChanged(index(0, Title), index(rowCount() - 1, Title));
}

bool MemeModel::isFound(int row) const
{
    return !m_found || m_hitOfRow[static_cast<std::size_t>(row)] >= 0;
}

MarkedText MemeModel::hit(int row, int shown) const
{
    if (!m_found || !isFound(row))
        return {};
    const auto at = static_cast<std::size_t>(m_hitOfRow[static_cast<std::size_t>(row)]);
    if (m_found->hits[at].inTitle || !m_found->hits[at].inText)
        return markWords(m_titles[static_cast<std::size_t>(row)], m_found->words, shown);
    return markWords(readText(row), m_found->words, shown);
}

MarkedText MemeModel::rowHit(int row) const
{
    constexpr int kRoom = 60, kTitle = 30;
    MarkedText marked = hit(row, kRoom);
    if (marked.text.isEmpty() || m_found->hits[std::size_t(m_hitOfRow[std::size_t(row)])].inTitle
        || !m_found->hits[std::size_t(m_hitOfRow[std::size_t(row)])].inText)
        return marked;
    const QString &title = m_titles[static_cast<std::size_t>(row)];
    const QString before =
        tr("%1 · in the picture: ").arg(title.size() > kTitle ? title.left(kTitle - 1) + QChar(0x2026) : title);
    for (MarkedText::Span &span : marked.marks)
        span.begin += static_cast<int>(before.size());
    marked.text.prepend(before);
    return marked;
}

QString MemeModel::readText(int row) const
{
    if (!m_found || !isFound(row))
        return {};
    const auto at = static_cast<std::size_t>(m_hitOfRow[static_cast<std::size_t>(row)]);
    return oneLine(std::string(m_found->texts[at]));
}

int MemeModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_dataset ? 0 : static_cast<int>(m_dataset->records().size());
}

int MemeModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString MemeModel::labelOf(const MemeRecord &meme) const
{
    return m_dataset->hasUpvotes() ? QString()
                                   : oneLine(meme.columns.value(m_dataset->source().mapping.column(FeedField::Label)));
}

QVariant MemeModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const MemeRecord &meme = record(index.row());
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Upvotes: return m_dataset->hasUpvotes() ? groupedNumber(meme.upvotes) : labelOf(meme);
        case Dankness: return fixedNumber(m_dankness[row], 3);
        case Title: return m_titles[row];
        case Author: return oneLine(meme.author);
        case Size: return QStringLiteral("%1 × %2").arg(meme.width).arg(meme.height);
        case Id: return oneLine(meme.id);
        default: return {};
        }
    case Qt::TextAlignmentRole:
        return static_cast<int>(Qt::AlignVCenter
                                | (index.column() == Upvotes || index.column() == Dankness || index.column() == Size
                                       ? Qt::AlignRight
                                       : Qt::AlignLeft));
    case Qt::ToolTipRole: {
        const QString title = m_titles[row].left(kLongestTip), read = readText(index.row()).left(kLongestTip);
        return plainToolTip(read.isEmpty() ? title : tr("%1\nIn the picture: %2").arg(title, read));
    }
    case Qt::AccessibleTextRole: {
        const MarkedText found = rowHit(index.row());
        const QString name = found.text.isEmpty() ? m_titles[row].left(kLongestTip) : found.spoken();
        return m_dataset->hasUpvotes() ? tr("%1, %2 upvotes").arg(name, groupedNumber(meme.upvotes))
                                       : QStringLiteral("%1, %2").arg(name, labelOf(meme));
    }
    case LabelRole: return labelOf(meme);
    case ThumbnailRole: return m_thumbnails.get(meme.image);
    default: return {};
    }
}

QVariant MemeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    constexpr const char *kNames[ColumnCount] = {"Upvotes", "Dankness", "Title", "Author", "Size", "Id"};
    if (role == Qt::DisplayRole && section == Upvotes && m_dataset && !m_dataset->hasUpvotes())
        return tr("Label");
    if (role == Qt::DisplayRole && section >= 0 && section < ColumnCount)
        return QLatin1String(kNames[section]);
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>(Qt::AlignVCenter
                                | (section <= Dankness || section == Size ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::ToolTipRole && section == Dankness)
        return QStringLiteral("What the network learns to predict, 0 to 1, with the target chosen above");
    return {};
}

MemeFilter::MemeFilter(MemeModel &model, QObject *parent) : QSortFilterProxyModel(parent), m_model(model)
{
    setSourceModel(&model);
    setDynamicSortFilter(false);
}

void MemeFilter::setFound(std::shared_ptr<const FoundMemes> found)
{
    m_model.setFound(std::move(found));
    invalidateFilter();
}

MarkedText MemeFilter::hit(const QModelIndex &index, int shown) const
{
    return index.isValid() ? m_model.hit(mapToSource(index).row(), shown) : MarkedText();
}

MarkedText MemeFilter::rowHit(const QModelIndex &index) const
{
    return index.isValid() ? m_model.rowHit(mapToSource(index).row()) : MarkedText();
}

QString MemeFilter::readText(const QModelIndex &index) const
{
    return index.isValid() ? m_model.readText(mapToSource(index).row()) : QString();
}

const MemeRecord *MemeFilter::record(const QModelIndex &index) const
{
    return index.isValid() ? &m_model.record(mapToSource(index).row()) : nullptr;
}

bool MemeFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    return m_model.isFound(row);
}

bool MemeFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    return m_model.lessThan(left.column(), left.row(), right.row());
}

}  // namespace dank::ui
