#pragma once

#include "core/evaluate/cross_validation.h"
#include "core/learn/target.h"
#include "ui/widgets/card.h"
#include "ui/widgets/verdict_banner.h"

class QTableWidget;

namespace dank::ui {

/// What was done, in one line.
QString crossValidationLine(const CrossValidation &cross);
/// A figure over the seeds, "0.41 ± 0.012 (0.33 to 0.48)"; with `points`, errors are percentile points.
QString overSeedsText(Figure figure, const MeanAndSd &over, const std::optional<Interval> &interval, bool points);

/// Every meme judged by heads that did not learn from it: what was done, the verdict, and each figure over the seeds,
/// within groups first. Hidden where there is none.
class CrossValidationCard : public Card {
    Q_OBJECT
public:
    explicit CrossValidationCard(QWidget *parent = nullptr);
    /// Null hides it.
    void setContent(const CrossValidation *cross, TargetKind target);

private:
    void fill(const CrossValidation &cross, bool points);

    TextLabel *m_done;
    VerdictBanner *m_verdict;
    QTableWidget *m_table;
    TextLabel *m_notes;
};

}  // namespace dank::ui
