#pragma once

#include <optional>

#include "core/learn/target.h"
#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QScrollArea;

namespace dank::ui {

class HistogramChart;

/// "Upvotes": how they are distributed and what the network will learn from them.
class UpvotesCard : public Card {
    Q_OBJECT
public:
    explicit UpvotesCard(QWidget *parent = nullptr);
    void setDataset(std::shared_ptr<const Dataset> dataset);
    /// The target that training uses; the user may look at another.
    void setTarget(TargetKind target);
    /// What training would learn, groups and all.
    void setPreview(std::shared_ptr<const TargetPreview> preview);
    void toggleScale();

signals:
    void targetChanged(dank::TargetKind target);

private:
    void updateChips();

    HistogramChart *m_chart;
    Chip *m_scale;
    Chip *m_target;
};

/// "Set aside": every reason with its count, and a way to see the rows.
class SetAsideCard : public Card {
    Q_OBJECT
public:
    explicit SetAsideCard(Session &session, QWidget *parent = nullptr);
    void setRows(std::span<const Skipped> rows);

signals:
    void showRequested(std::optional<dank::SkipReason> reason);

private:
    Session &m_session;
    QWidget *m_list = nullptr;
    QScrollArea *m_scroll;
    TextLabel *m_note;
};

}  // namespace dank::ui
