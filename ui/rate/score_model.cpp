#include "ui/rate/score_model.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/csv.h"
#include "core/model/score_export.h"
#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/rate/received_text.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

bool sameCaptions(const RatedItem &a, const RatedItem &b)
{
    return std::ranges::equal(a.compared, b.compared, [](const ComparedCaption &one, const ComparedCaption &other) {
        return one.text == other.text && one.score.has_value() == other.score.has_value()
               && (!one.score || one.score->dankness == other.score->dankness);
    });
}

/// Whether both look the same.
bool shows(const RatedItem &a, const RatedItem &b)
{
    return a.state == b.state && a.path == b.path && a.name == b.name && a.score.dankness == b.score.dankness
           && a.score.percentile == b.score.percentile && a.score.skipped == b.score.skipped
           && a.thumbnail.cacheKey() == b.thumbnail.cacheKey() && a.modelName == b.modelName && a.epoch == b.epoch
           && a.live == b.live && a.judgement == b.judgement && a.score.outsideRange == b.score.outsideRange
           && a.caption == b.caption && a.typed == b.typed && a.read == b.read && sameCaptions(a, b)
           && a.readsCaptions == b.readsCaptions && a.score.wordsAlone == b.score.wordsAlone
           && a.score.interval.has_value() == b.score.interval.has_value()
           && a.score.neighbours.size() == b.score.neighbours.size();
}

int section(const RatedItem &item)
{
    constexpr int kSections[] = {1, 0, 2};  // Waiting, Scored, Skipped
    return kSections[static_cast<int>(item.state)];
}

QString exact(double value)
{
    return std::isfinite(value) ? QString::number(value, 'g', 10) : QString();
}

QString pathOf(const RatedItem &item)
{
    return item.path.isEmpty() ? item.name : item.path;
}

/// Those that do not wait any more.
template <typename Take>
void forEachRated(const std::vector<RatedItem> &items, Take take)
{
    for (const RatedItem &item : items) {
        if (item.state == RatedItem::State::Waiting)
            continue;
        Score score = item.score;
        score.path = pathOf(item).toStdString();
        std::optional<ScoreSource> source;
        if (item.state == RatedItem::State::Scored)
            source = {item.modelName.toStdString(), item.epoch, item.untrained, item.judgement, {}, {}};
        take(score, source);
    }
}

}  // namespace

void ScoreModel::setItems(const std::vector<RatedItem> &items, const ItemRange *range)
{
    if (items.size() < m_items.size()) {
        beginResetModel();
        m_items.clear();
        m_order.clear();
        endResetModel();
    }
    if (items.empty())
        return;
    bool changed = false;
    const std::size_t known = m_items.size();
    for (std::size_t i = range ? range->first : 0; i < std::min(known, range ? range->last : known); ++i) {
        if (!shows(m_items[i], items[i])) {
            m_items[i] = items[i];
            changed = true;
        }
    }
    if (items.size() > known) {
        beginInsertRows({}, int(known), int(items.size()) - 1);
        m_items.insert(m_items.end(), items.begin() + std::ptrdiff_t(known), items.end());
        for (std::size_t i = known; i < items.size(); ++i)
            m_order.push_back(int(i));
        endInsertRows();
        changed = true;
    }
    if (!changed)
        return;

    std::vector<int> order(m_items.size());
    std::iota(order.begin(), order.end(), 0);
    // A total order whatever the numbers are: a score that is not finite counts as the least.
    const auto value = [this](int i) {
        const double dankness = m_items[std::size_t(i)].score.dankness;
        return std::isfinite(dankness) ? dankness : -1.0;
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const int first = section(m_items[std::size_t(a)]), second = section(m_items[std::size_t(b)]);
        if (first != second)
            return first < second;
        return first == 0 && value(a) > value(b);
    });
    if (order != m_order) {
        emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        std::vector<int> rowOf(order.size());
        for (std::size_t row = 0; row < order.size(); ++row)
            rowOf[std::size_t(order[row])] = int(row);
        QModelIndexList from = persistentIndexList(), to;
        for (const QModelIndex &old : from)
            to << index(rowOf[std::size_t(m_order[std::size_t(old.row())])]);
        m_order = std::move(order);
        changePersistentIndexList(from, to);
        emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    }
    emit dataChanged(index(0), index(int(m_order.size()) - 1));
}

void ScoreModel::setReference(const QString &modelName, const QString &name)
{
    if (m_model == modelName && m_reference == name)
        return;
    m_model = modelName;
    m_reference = name;
    if (!m_order.empty())
        emit dataChanged(index(0), index(int(m_order.size()) - 1));
}

const RatedItem *ScoreModel::item(int row) const
{
    return row >= 0 && row < int(m_order.size()) ? &m_items[std::size_t(m_order[std::size_t(row)])] : nullptr;
}

QString ScoreModel::standing(const RatedItem &item) const
{
    if (item.state != RatedItem::State::Scored)
        return {};
    const QString percent = QString::number(qRound(std::clamp(item.score.percentile, 0.0, 100.0)));
    const QString among = item.modelName == m_model && !m_reference.isEmpty() ? m_reference : tr("its reference memes");
    return tr("danker than %1 % of %2").arg(percent, among);
}

QString ScoreModel::doubt(const RatedItem &item)
{
    const auto &interval = item.score.interval;
    if (item.state != RatedItem::State::Scored || !interval)
        return {};
    if (item.scoredBy && !item.scoredBy->config.label.empty())
        return tr("%1 % of memes like the dataset's lie within %2 to %3")
            .arg(QString::number(qRound(interval->level * 100)), danknessText(interval->danknessLow),
                 danknessText(interval->danknessHigh));
    return tr("%1 % of memes like the dataset's lie within %2 to %3, %4 to %5 upvotes")
        .arg(QString::number(qRound(interval->level * 100)), danknessText(interval->danknessLow),
             danknessText(interval->danknessHigh), compactNumber(interval->upvotesLow),
             compactNumber(interval->upvotesHigh));
}

QString ScoreModel::parts(const RatedItem &item)
{
    if (item.state != RatedItem::State::Scored || !item.readsCaptions)
        return {};
    const Score &score = item.score;
    if (!score.imageAlone || !score.wordsAlone)
        return tr("Rated by the picture alone. The model has learned from words too.");
    return tr("image %1 · words %2 → %3")
        .arg(danknessText(*score.imageAlone), danknessText(*score.wordsAlone), danknessText(score.dankness));
}

QString ScoreModel::warning(const RatedItem &item)
{
    if (item.state != RatedItem::State::Scored)
        return {};
    if (item.score.learnedFrom)
        return tr("The model learned from this very picture, so its score proves nothing.");
    if (item.score.outsideRange)
        return tr(
            "Outside the training range: unlike the memes that the model learned from, so do not trust this score.");
    return {};
}

QString ScoreModel::verdict(const RatedItem &item)
{
    const bool doubted = item.state == RatedItem::State::Scored && item.judgement.kind != VerdictKind::LearnedSomething;
    return doubted ? QString::fromUtf8(verdictWords(item.judgement)) : QString();
}

QString ScoreModel::copyText(int row) const
{
    const RatedItem *rated = item(row);
    if (!rated)
        return {};
    // Cells, where it is pasted into a table.
    QStringList parts{QString::fromStdString(csvText(plainTitle(pathOf(*rated).toStdString(), 4000).toStdString()))};
    if (rated->state == RatedItem::State::Scored)
        parts << exact(rated->score.dankness) << exact(rated->score.percentile)
              << (rated->scoredBy && !rated->scoredBy->config.label.empty() ? expectedText(*rated)
                                                                            : exact(rated->score.expectedUpvotes))
              << QLatin1String(verdictName(rated->judgement));
    else if (rated->state == RatedItem::State::Skipped)
        parts << plainTitle(rated->score.skipped, 1000);
    return parts.join(QLatin1Char('\t'));
}

int ScoreModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_order.size());
}

QVariant ScoreModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const RatedItem &rated = *item(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole: {
        const QString name = plainTitle(rated.name.toStdString());
        if (rated.state == RatedItem::State::Scored) {
            QStringList parts{tr("%1, dankness %2, %3").arg(name, danknessText(rated.score.dankness), standing(rated))};
            for (const QString &more : {verdict(rated), doubt(rated), warning(rated)})
                if (!more.isEmpty())
                    parts << more;
            return parts.join(QStringLiteral(". "));
        }
        if (rated.state == RatedItem::State::Skipped)
            return tr("%1, skipped: %2").arg(name, plainTitle(rated.score.skipped));
        return tr("%1, waiting").arg(name);
    }
    case Qt::ToolTipRole: return plainToolTip(plainTitle(pathOf(rated).toStdString(), 500));
    default: return {};
    }
}

QByteArray scoresToCsv(const std::vector<RatedItem> &items)
{
    std::string out = scoreCsvHeader() + '\n';
    forEachRated(items, [&](const Score &score, const std::optional<ScoreSource> &source) {
        out += scoreCsvRow(score, source) + '\n';
    });
    return QByteArray::fromStdString(out);
}

QByteArray scoresToJson(const std::vector<RatedItem> &items)
{
    QJsonArray scores;
    forEachRated(items, [&](const Score &score, const std::optional<ScoreSource> &source) {
        scores << QJsonDocument::fromJson(QByteArray::fromStdString(scoreJson(score, source))).object();
    });
    return QJsonDocument(scores).toJson();
}

}  // namespace dank::ui
