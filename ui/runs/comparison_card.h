#pragma once

#include <QAbstractButton>

#include <vector>

#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QVBoxLayout;

namespace dank::ui {

/// The best run of a backbone on one dataset.
struct ComparedBackbone {
    QString title;
    std::int64_t run = 0;  ///< the best one
    int runs = 0;
    double gain = 0;  ///< how much less held-out loss than always answering the mean: 0.23 for 23 % less
    bool untrained = false;
};

/// Finished runs on the dataset of that hash, one row for each backbone, the best first. A network with random weights
/// is another than the same one trained; networks of the user's own are told apart by their files.
std::vector<ComparedBackbone> compareBackbones(const std::vector<RunRecord> &runs, const std::string &datasetHash,
                                               const std::function<QString(const std::string &)> &titleOf);

/// One row: name, bar from the knows-nothing baseline, figure, run. Click, Space or Return shows the run.
class ComparisonRow : public QAbstractButton {
    Q_OBJECT
public:
    explicit ComparisonRow(QWidget *parent = nullptr);
    /// `least` <= 0 <= `most`: the gains at the ends of the bars' axis, the same for all rows.
    void setRow(const ComparedBackbone &row, double least, double most);
    std::int64_t run() const { return m_row.run; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    ComparedBackbone m_row;
    double m_least = 0, m_most = 1;
};

/// How backbones compare on the open dataset; hidden while fewer than two have a finished run.
class ComparisonCard : public Card {
    Q_OBJECT
public:
    explicit ComparisonCard(Session &session, QWidget *parent = nullptr);
    void refresh();

signals:
    void runChosen(qint64 run);

private:
    Session &m_session;
    QVBoxLayout *m_rows;
    std::vector<ComparisonRow *> m_shown;
};

}  // namespace dank::ui
