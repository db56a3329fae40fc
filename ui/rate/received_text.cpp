#include "ui/rate/received_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

#include "core/dataset/label.h"
#include "core/model/model.h"
#include "ui/charts/number_text.h"
#include "ui/memes/meme_wall.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kMostShown = 24;

QString tr(const char *text)
{
    return QCoreApplication::translate("dank::ui::ReceivedText", text);
}

Label labelOf(const RatedItem &item)
{
    return item.scoredBy ? Label::parse(item.scoredBy->config.label) : Label();
}

}  // namespace

QString expectedText(const RatedItem &item)
{
    const Label label = labelOf(item);
    if (label.classes.empty())
        return tr("about %1 upvotes").arg(compactNumber(item.score.expectedUpvotes));
    const double score = std::isfinite(item.score.dankness) ? std::clamp(item.score.dankness, 0.0, 1.0) : 0;
    if (label.isTwoClass())
        return tr("%1: %2 %").arg(plainTitle(label.meaning(), kMostShown)).arg(qRound(score * 100));
    const auto place = std::size_t(std::lround(score * double(label.classes.size() - 1)));
    return tr("nearest to %1").arg(plainTitle(label.classes[place], kMostShown));
}

QString receivedText(const RatedItem &item, std::int64_t upvotes)
{
    const Label label = labelOf(item);
    if (upvotes >= 0 && std::size_t(upvotes) < label.classes.size())
        return plainTitle(label.classes[std::size_t(upvotes)], kMostShown);
    return tr("%1 upvotes").arg(compactNumber(double(upvotes)));
}

}  // namespace dank::ui
