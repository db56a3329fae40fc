#include "core/evaluate/verdict.h"

#include <cmath>
#include <cstdio>

#include "core/base/names.h"

namespace dank {

std::string figureText(const std::optional<double> &value)
{
    if (!value)
        return "undefined";
    char text[64];
    std::snprintf(text, sizeof text, std::abs(*value) < 1000 ? "%.2f" : "%.3g", *value);
    std::string result = text;
    if (result == "-0.00")
        result = "0.00";
    if (result.front() == '-')
        result.replace(0, 1, "\xe2\x88\x92");  // a minus sign, not a hyphen
    return result;
}

namespace {

constexpr const char *kNames[] = {"learned_something", "no_evidence",        "too_few_rows",
                                  "seen_in_training",  "explained_by_group", "leakage_suspected"};
constexpr const char *kWords[] = {"learned something", "no evidence of learning", "too few rows to tell",
                                  "seen in training",  "explained by the group",  "leakage suspected"};

/// How far below the model the nearest training meme may stay and still be "about as good".
constexpr double kAboutAsGood = 0.05;
/// How much of a Spearman has to go with the duplicates for them to be its reason.
constexpr double kOwedToDuplicates = 0.1;
/// The share of the model's Spearman from which a control matches it. A control is trained once, on numbers that tell
/// nothing, and one draw of luck inside the model's interval is common: by itself it would veto one honest run in
/// twenty.
constexpr double kControlShare = 0.75;
constexpr double kSizeableR2 = 0.1;
constexpr double kSizeableSpearman = 0.4;

std::string percent(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    return text;
}

std::string memes(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " meme" : " memes");
}

bool isAboveZero(const JudgedFigures &figures)
{
    return figures.spearman && figures.spearman->isAbove(0);
}

bool isConvincing(const JudgedFigures &figures)
{
    return isAboveZero(figures) && figures.pValue && *figures.pValue <= kLuck;
}

class Judge {
public:
    explicit Judge(const VerdictFacts &facts) : m_facts(facts), m_main(facts.within ? *facts.within : facts.pooled) {}

    Verdict decide() const
    {
        if (m_facts.seenInTraining)
            return {VerdictKind::SeenInTraining, "Seen in training.",
                    "It learned from these " + memes(m_facts.rows)
                        + ", so how well it knows them does not tell how well it judges new ones. "
                          "Judge it on memes that were held out."};
        if (m_facts.rows < kMinRowsToJudge)
            return {VerdictKind::TooFewRows, "Too few rows to tell.",
                    "There " + std::string(m_facts.rows == 1 ? "is " : "are ") + memes(m_facts.rows)
                        + " to judge it on; from " + std::to_string(kMinRowsToJudge)
                        + " on, luck and learning can be told apart. Train with more memes, or hold more of them out."};
        if (!m_facts.pooled.metrics.r2)
            return noEvidence("All " + memes(m_facts.rows)
                              + " are equally dank, so there is nothing to predict. "
                                "Look at the upvotes and at the target that was chosen.");
        if (m_facts.clusters >= kMinClustersToJudge && m_facts.evenClusters < kMinEvenClusters)
            return {VerdictKind::TooFewRows, "Too few rows to tell.",
                    "Of the " + memes(m_facts.rows)
                        + " to judge it on too many are by one author or of one picture: together "
                          "they witness no more than "
                        + std::to_string(m_facts.evenClusters) + " authors with equally many memes would, and "
                        + std::to_string(kMinEvenClusters) + " are needed. Hold more of them out."};
        if (m_facts.clusters < kMinClustersToJudge)
            return {VerdictKind::TooFewRows, "Too few rows to tell.",
                    "The " + memes(m_facts.rows) + " to judge it on come from only " + std::to_string(m_facts.clusters)
                        + (m_facts.clusters == 1 ? " author or picture" : " authors or pictures")
                        + ", and memes of one author are no independent evidence; "
                        + std::to_string(kMinClustersToJudge) + " are needed. Hold more of them out."};
        if (leaks())
            return leakage();
        if (const BaselineResult *group = baseline("group"); group && groupExplains(*group) && !isLearned(m_main))
            return explainedByGroup(*group);
        return learnedOrNot();
    }

private:
    const BaselineResult *baseline(std::string_view name) const
    {
        for (const BaselineResult &result : m_facts.baselines)
            if (result.name == name)
                return &result;
        return nullptr;
    }

    /// A baseline's Spearman where the verdict looks.
    std::optional<double> spearmanOf(const BaselineResult &result) const
    {
        if (!m_facts.within)
            return result.pooled.spearman;
        return result.within ? result.within->spearman : std::nullopt;
    }
    std::optional<Interval> intervalOf(const BaselineResult &result) const
    {
        return m_facts.within ? result.withinSpearman : result.spearman;
    }

    bool hasNotableDuplicates() const
    {
        return m_facts.duplicates > 1
               && static_cast<double>(m_facts.duplicates) >= kNotableDuplicates * static_cast<double>(m_facts.rows);
    }

    bool leaks() const
    {
        if (!hasNotableDuplicates())
            return false;
        if (const BaselineResult *nearest = baseline("nearest")) {
            const std::optional<double> all = spearmanOf(*nearest);
            const std::optional<Interval> interval = intervalOf(*nearest);
            const bool asGood = all && *all >= m_main.metrics.spearman.value_or(0) - kAboutAsGood;
            const bool owed = !m_facts.clean || all.value_or(0) - m_facts.nearestClean.value_or(0) >= kOwedToDuplicates;
            if (asGood && interval && interval->isAbove(0) && owed)
                return true;
        }
        if (!isLearned(m_main))
            return false;
        return !m_facts.clean || !isLearned(*m_facts.clean)
               || *m_main.metrics.spearman - m_facts.clean->metrics.spearman.value_or(0) >= kOwedToDuplicates;
    }

    /// Whether a control does about as well as the model, which no control should.
    bool isMatched(const JudgedFigures &claim, const BaselineResult &control) const
    {
        const double reached = spearmanOf(control).value_or(0);
        return reached >= claim.spearman->low && reached >= kControlShare * claim.metrics.spearman.value_or(0);
    }

    /// What speaks against a claim to have learned; empty where nothing does.
    std::string objections(const JudgedFigures &claim) const
    {
        std::string why;
        const auto add = [&](const std::string &reason) { why += (why.empty() ? "" : ", and ") + reason; };
        if (m_facts.heightCounts && claim.metrics.r2.value_or(0) <= (m_facts.within ? 0 : m_facts.meanR2.value_or(0)))
            add(isConvincing(claim) ? "its order follows theirs, but always answering the mean comes as near"
                                    : "always answering the mean does as well or better");
        if (!isConvincing(claim))
            add("its order could be luck"
                + (isAboveZero(claim) && claim.pValue
                       ? ", for " + percent(*claim.pValue) + " of random orders follow theirs as well"
                       : std::string()));
        else
            for (const char *name : {"random_features", "shuffled"})
                if (const BaselineResult *control = baseline(name); control && isMatched(claim, *control))
                    add(control->title + " reaches Spearman " + figureText(*spearmanOf(*control)) + " too");
        return why;
    }

    bool isLearned(const JudgedFigures &claim) const { return claim.metrics.spearman && objections(claim).empty(); }

    bool groupExplains(const BaselineResult &group) const
    {
        return m_facts.within && group.spearman && group.spearman->isAbove(0)
               && (group.pooled.r2.value_or(0) >= kSizeableR2
                   || group.pooled.spearman.value_or(0) >= kSizeableSpearman);
    }

    std::string place() const { return m_facts.within ? "Inside each " + m_facts.groupName + ", on " : "On "; }

    std::string figures(const JudgedFigures &shown) const
    {
        std::string text;
        if (m_facts.heightCounts)
            text = "R\xc2\xb2 " + figureText(shown.metrics.r2) + " and ";
        text += "Spearman " + figureText(shown.metrics.spearman);
        if (shown.spearman)
            text +=
                " (95 % interval " + figureText(shown.spearman->low) + " to " + figureText(shown.spearman->high) + ")";
        return text;
    }

    static Verdict noEvidence(std::string reason)
    {
        return {VerdictKind::NoEvidence, "No evidence of learning.", std::move(reason)};
    }

    Verdict leakage() const
    {
        std::string reason = "The very picture of " + std::to_string(m_facts.duplicates) + " of the "
                             + memes(m_facts.rows) + " ("
                             + percent(static_cast<double>(m_facts.duplicates) / static_cast<double>(m_facts.rows))
                             + ") is among those it learned from";
        if (const BaselineResult *nearest = baseline("nearest"); nearest && spearmanOf(*nearest))
            reason += "; copying the most similar training meme scores Spearman " + figureText(*spearmanOf(*nearest))
                      + ", the model " + figureText(m_main.metrics.spearman);
        reason += m_facts.clean ? ". Without those memes the model has " + figures(*m_facts.clean) + ". "
                                : ". Without those memes too few are left to judge it on. ";
        return {VerdictKind::LeakageSuspected, "Leakage suspected.",
                reason + "Keep a meme and its repost on one side (any split but at random does), and train again."};
    }

    Verdict explainedByGroup(const BaselineResult &group) const
    {
        return {VerdictKind::ExplainedByGroup, "The " + m_facts.groupName + " explains it.",
                "Knowing only the " + m_facts.groupName + " gives R\xc2\xb2 " + figureText(group.pooled.r2)
                    + " and Spearman " + figureText(group.pooled.spearman) + " on " + memes(m_facts.rows)
                    + "; the model has R\xc2\xb2 " + figureText(m_facts.pooled.metrics.r2) + " and Spearman "
                    + figureText(m_facts.pooled.metrics.spearman) + ". Inside each " + m_facts.groupName + " "
                    + objections(m_main) + ": " + figures(m_main) + ". Train on upvotes within the " + m_facts.groupName
                    + " to see what the pictures themselves tell."};
    }

    Verdict learnedOrNot() const
    {
        // Where some of the memes have their picture among the training memes, the others have to carry the claim.
        const bool usesClean = hasNotableDuplicates() && m_facts.clean;
        const JudgedFigures &claim = usesClean ? *m_facts.clean : m_main;
        const std::string count = memes(claim.metrics.rows) + (usesClean ? " whose picture it did not learn from" : "");
        if (!claim.metrics.spearman && !claim.metrics.r2)
            return noEvidence(place() + count
                              + " all are equally dank, so there is nothing to predict. "
                                "Look at the upvotes and at the target that was chosen.");
        if (!claim.metrics.spearman)
            return noEvidence("It gives all " + count + " the same score" + " (R\xc2\xb2 "
                              + figureText(claim.metrics.r2) + ")"
                              + ". Train longer, with a smaller learning rate, or with another loss.");
        const std::string why = objections(claim);
        if (!why.empty())
            return noEvidence(place() + count + ' ' + why + ": " + figures(claim)
                              + ". More memes, or pretrained features, may show more.");

        std::string reason =
            place() + count
            + (m_facts.heightCounts ? " it beats always answering the mean, and its order follows theirs: "
                                    : " its order follows theirs: ")
            + figures(claim) + ".";
        const BaselineResult *best = nullptr;
        for (const BaselineResult &result : m_facts.baselines)
            if (spearmanOf(result) && (!best || *spearmanOf(result) > *spearmanOf(*best)))
                best = &result;
        if (best && !usesClean && *spearmanOf(*best) >= *claim.metrics.spearman)
            // Titles are singular and plural.
            reason += " But as good an order is reached by " + best->title + ": Spearman "
                      + figureText(*spearmanOf(*best)) + ".";
        if (!baseline("random_features") || !baseline("shuffled"))
            reason += " It was not compared with the same network on random numbers and on shuffled targets.";
        if (m_facts.groupsTooFew)
            reason += " The " + m_facts.groupName + " is known for too few of the memes to judge inside it.";
        return {VerdictKind::LearnedSomething, "It learned something.", reason};
    }

    const VerdictFacts &m_facts;
    const JudgedFigures &m_main;
};

}  // namespace

const char *verdictName(VerdictKind kind) noexcept
{
    return nameIn(kNames, kind);
}

const char *verdictWords(VerdictKind kind) noexcept
{
    return nameIn(kWords, kind);
}

std::optional<VerdictKind> verdictFromName(std::string_view name) noexcept
{
    return valueIn<VerdictKind>(kNames, name);
}

Verdict decideVerdict(const VerdictFacts &facts)
{
    return Judge(facts).decide();
}

}  // namespace dank
