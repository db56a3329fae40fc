#pragma once

#include <QAbstractListModel>
#include <QMultiHash>

#include <memory>
#include <vector>

#include "core/evaluate/evaluation.h"
#include "core/store/moderation/decision_store.h"
#include "ui/lanes/thumbnails.h"

namespace dank::ui {

/// How a decision is shown: "Keep", "Remove", "Unsure".
QString decisionText(Decision decision);

/// The memes of an evaluation of two classes, the most probable first. Pictures are asked for when a view paints them,
/// and are blurred but for the one that is revealed, as long as they are to be.
class ModerationModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { IdRole = Qt::UserRole + 1, ThumbnailRole, TitleRole, ProbabilityRole, FlaggedRole, DecisionRole };

    /// `evaluation` has classes, two of them.
    ModerationModel(Thumbnails &thumbnails, std::shared_ptr<const Evaluation> evaluation,
                    std::shared_ptr<const Dataset> dataset, QObject *parent = nullptr);

    void setDecisions(const Decisions &decisions);
    void setThreshold(double threshold);
    void setBlurred(bool blurred);
    bool isBlurred(int row) const { return m_blurred && row != m_revealed; }
    /// Shows the picture of that row alone; -1 for none.
    void reveal(int row);

    const JudgedMeme &meme(int row) const;
    /// Null where the dataset has no such meme.
    const MemeRecord *record(int row) const;
    std::optional<Decision> decision(int row) const;
    /// The class that the file says, as written.
    const std::string &classOfRow(int row) const;
    /// Rows at or above the threshold: the first of them.
    int flagged() const { return m_flagged; }
    /// -1 where there is none of that id.
    int rowOf(const MemeId &id) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

private:
    void touch(int first, int last, const QList<int> &roles);

    Thumbnails &m_thumbnails;
    const std::shared_ptr<const Evaluation> m_evaluation;
    const std::shared_ptr<const Dataset> m_dataset;
    std::vector<std::size_t> m_order;  ///< [rows] into the evaluation's memes
    std::vector<std::optional<Decision>> m_decisions;
    QMultiHash<QString, int> m_rowsOfImage;
    bool m_blurred = true;
    int m_revealed = -1;
    int m_flagged = 0;
};

}  // namespace dank::ui
