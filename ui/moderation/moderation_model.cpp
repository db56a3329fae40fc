#include "ui/moderation/moderation_model.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/moderation/moderation_picture.h"

namespace dank::ui {

QString decisionText(Decision decision)
{
    switch (decision) {
    case Decision::Keep: return ModerationModel::tr("Keep");
    case Decision::Remove: return ModerationModel::tr("Remove");
    case Decision::Unsure: break;
    }
    return ModerationModel::tr("Unsure");
}

ModerationModel::ModerationModel(Thumbnails &thumbnails, std::shared_ptr<const Evaluation> evaluation,
                                 std::shared_ptr<const Dataset> dataset, QObject *parent)
    : QAbstractListModel(parent), m_thumbnails(thumbnails), m_evaluation(std::move(evaluation)),
      m_dataset(std::move(dataset)), m_order(m_evaluation->memes.size()), m_decisions(m_order.size())
{
    std::iota(m_order.begin(), m_order.end(), std::size_t(0));
    std::ranges::stable_sort(m_order, std::greater(),
                             [this](std::size_t i) { return m_evaluation->memes[i].predicted; });
    for (int row = 0; row < int(m_order.size()); ++row)
        if (const MemeRecord *known = record(row))
            m_rowsOfImage.insert(toQString(known->image), row);
    setThreshold(m_evaluation->classes->threshold);
    connect(&thumbnails, &Thumbnails::ready, this, [this](const QString &image) {
        for (const int row : m_rowsOfImage.values(image))
            touch(row, row, {ThumbnailRole});
    });
}

void ModerationModel::touch(int first, int last, const QList<int> &roles)
{
    if (first <= last && first >= 0)
        emit dataChanged(index(first), index(last), roles);
}

void ModerationModel::setDecisions(const Decisions &decisions)
{
    for (int row = 0; row < int(m_order.size()); ++row) {
        const auto found = decisions.find(meme(row).id);
        const auto decided = found == decisions.end() ? std::nullopt : std::optional(found->second);
        if (std::exchange(m_decisions[std::size_t(row)], decided) != decided)
            touch(row, row, {DecisionRole, Qt::DisplayRole});
    }
}

void ModerationModel::setThreshold(double threshold)
{
    const int before = m_flagged;
    m_flagged = int(std::ranges::partition_point(
                        m_order, [&](std::size_t i) { return m_evaluation->memes[i].predicted >= threshold; })
                    - m_order.begin());
    // The rows beside the line draw it.
    touch(std::max(0, std::min(before, m_flagged) - 1), std::min(int(m_order.size()) - 1, std::max(before, m_flagged)),
          {FlaggedRole, Qt::DisplayRole});
}

void ModerationModel::setBlurred(bool blurred)
{
    m_blurred = blurred;
    touch(0, int(m_order.size()) - 1, {ThumbnailRole});
}

void ModerationModel::reveal(int row)
{
    const int before = std::exchange(m_revealed, row);
    touch(before, before, {ThumbnailRole});
    touch(row, row, {ThumbnailRole});
}

const JudgedMeme &ModerationModel::meme(int row) const
{
    return m_evaluation->memes[m_order[std::size_t(row)]];
}

const MemeRecord *ModerationModel::record(int row) const
{
    return m_dataset ? m_dataset->find(meme(row).id) : nullptr;
}

std::optional<Decision> ModerationModel::decision(int row) const
{
    return m_decisions[std::size_t(row)];
}

const std::string &ModerationModel::classOfRow(int row) const
{
    return m_evaluation->classes->label.classes[meme(row).upvotes == 1 ? 1 : 0];
}

int ModerationModel::rowOf(const MemeId &id) const
{
    const auto found = std::ranges::find(m_order, id, [this](std::size_t i) { return m_evaluation->memes[i].id; });
    return found == m_order.end() ? -1 : int(found - m_order.begin());
}

int ModerationModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_order.size());
}

QVariant ModerationModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int row = index.row();
    const JudgedMeme &judged = meme(row);
    const MemeRecord *known = record(row);
    const auto title = [&] { return plainTitle(known && !known->title.empty() ? known->title : judged.id); };
    const std::optional<Decision> decided = decision(row);
    switch (role) {
    case Qt::DisplayRole:  // read out, not drawn
        return tr("%1, %2 %, %3, %4")
            .arg(title(), fixedNumber(100 * judged.predicted, 0), row < m_flagged ? tr("flagged") : tr("not flagged"),
                 decided ? decisionText(*decided) : tr("not decided"));
    case Qt::ToolTipRole: return plainToolTip(title());
    case IdRole: return QString::fromStdString(judged.id);
    case TitleRole: return title();
    case ThumbnailRole: {
        const QImage picture = known ? m_thumbnails.get(known->image) : QImage();
        return isBlurred(row) ? blurred(picture) : picture;
    }
    case ProbabilityRole: return judged.predicted;
    case FlaggedRole: return row < m_flagged;
    case DecisionRole: return decided ? QVariant(int(*decided)) : QVariant();
    default: return {};
    }
}

}  // namespace dank::ui
