#pragma once

#include <QComboBox>
#include <QPushButton>

#include <memory>
#include <optional>
#include <vector>

#include "core/learn/train_config.h"
#include "ui/train/train_fields.h"
#include "ui/widgets/card.h"

class QFormLayout;
class QToolButton;

namespace dank {
struct GroupChoice;
struct TargetPreview;
}  // namespace dank

namespace dank::ui {

class GroupField;
class TargetField;
class TargetChart;

/// The settings of the next training. Good as they stand; what differs from the preset is marked and can be put back.
/// The usual few are shown at once, the rest below them once asked for, which is remembered.
class TrainSettings : public Card {
    Q_OBJECT
public:
    explicit TrainSettings(QWidget *parent = nullptr);

    /// Shows a configuration without telling anyone. A field that is being edited is left alone.
    void setConfig(const TrainConfig &config);
    /// How the open dataset can be grouped.
    /// What can be learnt of the open dataset besides its upvotes, if it tells them.
    void setLabelChoices(const std::vector<LabelChoice> &choices, bool hasUpvotes);
    void setGroupChoices(const std::vector<GroupChoice> &choices);
    /// What the settings would make of the dataset; ignored where it is about other settings. Null: there is none.
    void setPreview(const std::shared_ptr<const TargetPreview> &preview);
    /// Empty unlocks; otherwise why nothing can be changed now: "locked while training".
    void setLocked(const QString &reason);
    /// The fields as a configuration, or nothing while one of them makes no sense (problem() then says which).
    std::optional<TrainConfig> config() const;
    /// Why it cannot be trained with what the fields say, the dataset's groups included; a whole sentence.
    QString problem() const { return m_problem; }

    void setMoreShown(bool on);
    bool isMoreShown() const { return m_moreShown; }
    TargetChart *targetChart() { return m_chart; }

signals:
    /// A valid change by the user.
    void configChanged(const dank::TrainConfig &config);
    /// problem() is another one; empty when it is gone.
    void problemChanged(const QString &problem);
    /// The paper's preset is chosen, and its loss table is to be run again.
    void reproduceRequested();

private:
    struct Row {
        TrainField field;
        TextLabel *label = nullptr;
        TextLabel *problem = nullptr;
        bool more = false;
    };

    QFormLayout *makeForm();
    void addField(QFormLayout *form, TrainField field, bool more);
    void addTarget(QFormLayout *form);
    void addGroup(QFormLayout *form, const Edited &edited);
    void choosePreset(const std::string &name);
    void load(const TrainConfig &config);
    void edited();
    QString problemOf(const Row &row, TrainConfig &config) const;
    void showProblems();
    void showGroupNote();
    void showMarks();
    void showMore();
    TrainConfig presetConfig(const std::string &name) const;

    TrainConfig m_config;
    bool m_loading = false;
    bool m_locked = false;
    bool m_moreShown = false;
    QString m_problem;
    QComboBox *m_preset;
    TextLabel *m_summary;
    QPushButton *m_reproduce;
    TargetField *m_target;
    GroupField *m_group;
    TextLabel *m_groupNote;
    TargetChart *m_chart;
    std::shared_ptr<const TargetPreview> m_preview;
    QToolButton *m_moreButton;
    QWidget *m_more;
    QPushButton *m_reset;
    std::vector<Row> m_rows;
};

}  // namespace dank::ui
