#pragma once

#include <QWidget>

#include <functional>
#include <string>
#include <vector>

#include "core/learn/target_preview.h"

class QComboBox;
class QLineEdit;

namespace dank::ui {

/// What memes are compared within: what the open dataset offers, with its number of groups, a side file or ranges of
/// rows.
class GroupField : public QWidget {
    Q_OBJECT
public:
    explicit GroupField(QWidget *parent = nullptr);

    /// What the dataset offers; a group that it does not know stays in the list.
    void setChoices(const std::vector<GroupChoice> &choices);
    const std::vector<GroupChoice> &choices() const { return m_choices; }
    /// TrainConfig::group.
    void setGroup(const std::string &text);
    const std::string &group() const { return m_group; }
    /// A whole sentence where the text names no group; opens no file.
    QString problem() const;
    /// A name for people: "subreddit", "side file groups.csv".
    QString nameOf(const std::string &text) const;

    QComboBox *list() { return m_list; }
    QLineEdit *rows() { return m_rows; }
    /// Asks for a side file; tests put their own in its place. Empty: none was chosen.
    std::function<QString()> askForSideFile;

signals:
    void edited();

private:
    void rebuild();
    void chosen(int index);

    std::vector<GroupChoice> m_choices;
    std::string m_group;
    QComboBox *m_list;
    QLineEdit *m_rows;
};

/// What memes would best be compared within: a column named like a community, else the author, else the month; empty
/// where none of them makes groups. What any other column means is not known.
std::string likelyGroup(const std::vector<GroupChoice> &choices);

}  // namespace dank::ui
