#pragma once

#include <QWidget>

#include "ui/train/train_fields.h"

class QComboBox;
class QLineEdit;

namespace dank::ui {

/// What a run makes small: the usual ones from a list, any weighted sum as on the command line.
class LossField : public QWidget {
    Q_OBJECT
public:
    explicit LossField(QWidget *parent = nullptr);

    void setLoss(const std::vector<LossTerm> &loss);
    /// Fills `loss`, or says in a whole sentence why not.
    QString read(std::vector<LossTerm> &loss) const;

    QComboBox *list() { return m_list; }
    QLineEdit *line() { return m_line; }

signals:
    void edited();

private:
    void showLine();

    QComboBox *m_list;
    QLineEdit *m_line;
};

TrainField lossField(const Edited &edited);

}  // namespace dank::ui
