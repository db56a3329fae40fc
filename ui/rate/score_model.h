#pragma once

#include <QAbstractListModel>

#include <vector>

#include "ui/session/session.h"

namespace dank::ui {

/// The rating board: scored memes from dankest to least, then those that wait, then those that were skipped; within
/// each as they were dropped. Rows find their place as scores come in and keep the selection on their meme.
class ScoreModel : public QAbstractListModel {
    Q_OBJECT
public:
    explicit ScoreModel(QObject *parent = nullptr) : QAbstractListModel(parent) {}

    /// The board's list: it only grows, except that clearing empties it. `changed`: where others are as they were.
    void setItems(const std::vector<RatedItem> &items, const ItemRange *changed = nullptr);
    /// "48 held-out memes": what the percentiles of `modelName`'s scores are shares of.
    void setReference(const QString &modelName, const QString &name);

    /// Null for an invalid row.
    const RatedItem *item(int row) const;
    /// Its place on the session's board; the row is there.
    std::size_t boardIndex(int row) const { return std::size_t(m_order[std::size_t(row)]); }
    /// What picture and caption say by themselves; empty where the model looks at pictures alone.
    static QString parts(const RatedItem &item);
    /// "danker than 91 % of 48 held-out memes"
    QString standing(const RatedItem &item) const;
    /// "9 of 10 memes like the dataset's would get 0.31 to 0.78"; empty without an interval.
    static QString doubt(const RatedItem &item);
    /// A sentence that warns where the score says little: outside the training range, or learned from; else empty.
    static QString warning(const RatedItem &item);
    /// "no evidence of learning", where the model that scored it is not known to have learned anything; else empty.
    static QString verdict(const RatedItem &item);
    /// A row as tab-separated text in the C locale.
    QString copyText(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;

private:
    std::vector<RatedItem> m_items;  ///< as dropped
    std::vector<int> m_order;        ///< row → index into m_items
    QString m_model, m_reference;
};

/// Scores as CSV or JSON, in the order given, numbers in the C locale. Columns and keys are those of `dank rate`.
QByteArray scoresToCsv(const std::vector<RatedItem> &items);
QByteArray scoresToJson(const std::vector<RatedItem> &items);

}  // namespace dank::ui
