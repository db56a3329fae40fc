#pragma once

#include <QTableWidget>

#include <span>
#include <vector>

#include "core/evaluate/classes/class_evaluation.h"
#include "core/evaluate/evaluation.h"

namespace dank::ui {

/// Counts the errors of those groups anew, at another threshold.
std::vector<GroupErrors> errorsAt(std::vector<GroupErrors> groups, std::span<const JudgedMeme> memes, double threshold);

/// Of each group, how many of its memes are wrongly flagged, and how many are missed.
class ErrorsByGroup : public QTableWidget {
    Q_OBJECT
public:
    explicit ErrorsByGroup(QWidget *parent = nullptr);
    void setGroups(const QString &groupName, std::span<const GroupErrors> groups);
};

}  // namespace dank::ui
