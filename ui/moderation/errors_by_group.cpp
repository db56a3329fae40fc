#include "ui/moderation/errors_by_group.h"

#include <QHeaderView>

#include <algorithm>
#include <unordered_map>

#include "ui/memes/meme_wall.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kRow = 24;

QString shareOf(std::size_t some, std::size_t all)
{
    return all == 0 ? QStringLiteral("—") : ErrorsByGroup::tr("%1 of %2").arg(some).arg(all);
}

}  // namespace

std::vector<GroupErrors> errorsAt(std::vector<GroupErrors> groups, std::span<const JudgedMeme> memes, double threshold)
{
    std::unordered_map<std::string_view, GroupErrors *> byName;
    for (GroupErrors &group : groups) {
        group.missed = group.flagged = 0;
        byName.emplace(group.group, &group);
    }
    for (const JudgedMeme &meme : memes)
        if (const auto found = byName.find(meme.group); found != byName.end()) {
            const bool called = meme.predicted >= threshold, is = meme.upvotes == 1;
            found->second->missed += is && !called;
            found->second->flagged += !is && called;
        }
    return groups;
}

ErrorsByGroup::ErrorsByGroup(QWidget *parent) : QTableWidget(parent)
{
    setUpTable(*this, tr("Errors by group"), kRow);
    setObjectName(QStringLiteral("groupErrors"));
    setColumnCount(3);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (const int column : {1, 2})
        horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
}

void ErrorsByGroup::setGroups(const QString &groupName, std::span<const GroupErrors> groups)
{
    setHorizontalHeaderLabels({groupName, tr("wrong"), tr("missed")});
    for (int column = 0; column < 3; ++column)
        horizontalHeaderItem(column)->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight)
                                                       | Qt::AlignVCenter);
    setRowCount(int(groups.size()));
    for (int row = 0; row < rowCount(); ++row) {
        const GroupErrors &group = groups[std::size_t(row)];
        const QString texts[] = {plainTitle(group.group, 60), shareOf(group.flagged, group.negative),
                                 shareOf(group.missed, group.positive)};
        for (int column = 0; column < 3; ++column) {
            auto *item = new QTableWidgetItem(texts[column]);
            item->setToolTip(plainToolTip(
                column == 0   ? texts[0]
                : column == 1 ? tr("wrongly flagged: of the memes of the lower class, at or above the threshold")
                              : tr("missed: of the memes of the higher class, below the threshold")));
            if (column > 0)
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            setItem(row, column, item);
        }
    }
    constexpr int kMostShown = 8;
    setFixedHeight(horizontalHeader()->sizeHint().height() + std::min(rowCount(), kMostShown) * kRow + 4);
}

}  // namespace dank::ui
