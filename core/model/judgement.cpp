#include "core/model/judgement.h"

namespace dank {

Judgement judgementOf(const Evaluation &evaluation, bool heightCounts, const std::string &dataset)
{
    Judgement judgement;
    judgement.headline = evaluation.verdict.headline;
    judgement.reason = evaluation.verdict.reason;
    if (evaluation.subset.empty())
        return judgement;
    const bool within = evaluation.judgedWithin;
    const Metrics &metrics = within ? *evaluation.within : evaluation.model;
    judgement.kind = evaluation.verdict.kind;
    judgement.subset = evaluation.subset + (dataset.empty() ? "" : " of " + dataset);
    judgement.group = within ? evaluation.groupName : std::string();
    judgement.rows = metrics.rows;
    judgement.spearman = metrics.spearman;
    if (heightCounts)
        judgement.r2 = metrics.r2;
    judgement.spearmanInterval =
        intervalOf(within ? evaluation.withinIntervals : evaluation.intervals, Figure::Spearman);
    return judgement;
}

Judgement notJudged()
{
    Judgement judgement;
    judgement.headline = "Not judged.";
    judgement.reason =
        "Nothing is known of whether this model learned anything: it is from before models told, or its run "
        "ended before it was judged. Evaluate it on memes that it did not learn from.";
    return judgement;
}

Judgement notJudgedYet()
{
    Judgement judgement;
    judgement.headline = "Not judged yet.";
    judgement.reason = "It was taken out of a run that was still at work, which tells at its end whether it learned "
                       "anything.";
    return judgement;
}

const char *verdictName(const Judgement &judgement) noexcept
{
    return judgement.kind ? verdictName(*judgement.kind) : "not_judged";
}

const char *verdictWords(const Judgement &judgement) noexcept
{
    return judgement.kind ? verdictWords(*judgement.kind) : "not judged";
}

std::string verdictText(const Judgement &judgement)
{
    return judgement.headline + ' ' + judgement.reason;
}

std::string figuresText(const Judgement &judgement)
{
    if (judgement.subset.empty())
        return {};
    std::string text = "Spearman " + figureText(judgement.spearman);
    if (judgement.spearmanInterval)
        text += " (95 % interval " + figureText(judgement.spearmanInterval->low) + " to "
                + figureText(judgement.spearmanInterval->high) + ")";
    if (judgement.r2)
        text += ", R\xc2\xb2 " + figureText(judgement.r2);
    return text + (judgement.group.empty() ? " on " : " inside each " + judgement.group + ", on ") + judgement.subset;
}

}  // namespace dank
