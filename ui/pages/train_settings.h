#pragma once

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <optional>
#include <vector>

#include "core/data/train_config.h"
#include "ui/widgets/card.h"

class QFormLayout;

namespace dank::ui {

/// The settings of the next training. Good as they stand; what differs from the preset is marked and can be put back.
class TrainSettings : public Card {
    Q_OBJECT
public:
    explicit TrainSettings(QWidget *parent = nullptr);

    /// Shows a configuration without telling anyone. A field that is being edited is left alone.
    void setConfig(const TrainConfig &config);
    /// Empty unlocks; otherwise why nothing can be changed now: "locked while training".
    void setLocked(const QString &reason);
    /// The fields as a configuration, or nothing while one of them makes no sense (problem() then says which).
    std::optional<TrainConfig> config() const;
    QString problem() const { return m_problem->text(); }

signals:
    /// A valid change by the user.
    void configChanged(const dank::TrainConfig &config);

private:
    void addField(const QString &name, QWidget *field, const QString &help);
    void edited();
    void showMarks();
    QString valueText(const TrainConfig &config, std::size_t field) const;

    TrainConfig m_config;
    bool m_loading = false;
    QFormLayout *m_form;
    QComboBox *m_preset, *m_target, *m_split;
    QLineEdit *m_layers, *m_rate, *m_seed;
    QDoubleSpinBox *m_dropout;
    QSpinBox *m_epochs, *m_batch, *m_patience;
    TextLabel *m_problem;
    QPushButton *m_reset;
    std::vector<QWidget *> m_fields;
    std::vector<TextLabel *> m_labels;
    std::vector<QString> m_names;
};

/// "512, 256, 128, 32, 8" and other separators to widths; nothing for what is not a list of whole numbers from 1.
std::optional<std::vector<int>> parseLayers(const QString &text);

}  // namespace dank::ui
